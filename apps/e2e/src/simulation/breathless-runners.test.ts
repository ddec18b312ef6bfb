import { describe, expect, it } from 'vitest';
import { createStand, MINUTE, SECOND } from './stand.js';

describe('a runner that has a job of which nobody was told', () => {
  it.each(['1.24', '1.25', '1.27'] as const)('is not ended for its idle limit when it is heard of more than 10 s ago, as one whose machine is out of breath (%s)', async (gitea) => {
    let outOfBreath = false;
    const stand = createStand({
      gitea,
      wrap: (ports) => ({
        ...ports,
        gitea: {
          ...ports.gitea,
          // This token may list no jobs.
          listJobs: async () => [],
          listRunners: async (scope) => (await ports.gitea.listRunners(scope)).map((row) => ({ ...row, busy: row.busy && !outOfBreath })),
          readRunner: async (scope, id) => {
            const row = await ports.gitea.readRunner(scope, id);
            return row && { ...row, busy: row.busy && !outOfBreath };
          },
        },
      }),
    });
    stand.push([{ key: 'long', labels: ['go'], durationMs: 20 * MINUTE }]);
    await stand.pass(10 * SECOND);
    stand.world.do('misbehave', { drop: 1 });
    await stand.pass(8 * MINUTE);
    outOfBreath = true;
    await stand.pass(MINUTE);
    outOfBreath = false;
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.served[0]).toMatchObject({ conclusion: 'success' });
  });
});

describe('a Gitea that was away for minutes', () => {
  it.each(['1.24', '1.25'] as const)('has heard of no runner yet when it answers again: nobody is ended by what its rows say then (%s)', async (gitea) => {
    const away = { from: 0, to: 0 };
    const stand = createStand({
      gitea,
      wrap: (ports) => {
        const stale = <Row extends { readonly online: boolean; readonly busy: boolean }>(row: Row): Row => (ports.now() - away.to < 3 * SECOND ? { ...row, online: false, busy: false } : row);
        return {
          ...ports,
          gitea: {
            ...ports.gitea,
            // This token may list no jobs.
            listJobs: async () => (ports.now() < away.to && ports.now() >= away.from ? ports.gitea.listJobs() : []),
            listRunners: async (scope) => (await ports.gitea.listRunners(scope)).map(stale),
            readRunner: async (scope, id) => {
              const row = await ports.gitea.readRunner(scope, id);
              return row && stale(row);
            },
          },
        };
      },
      world: { timing: { boot: [20 * SECOND, 20 * SECOND] } },
    });
    stand.push([{ key: 'long', labels: ['go'], durationMs: 30 * MINUTE }]);
    await stand.pass(10 * SECOND);
    stand.world.do('misbehave', { drop: 1 });
    // Sweeps are at half past each minute.
    Object.assign(away, { from: stand.world.now, to: stand.world.now + 9 * MINUTE + 19 * SECOND });
    stand.world.do('misbehave', { outages: [{ of: 'gitea', from: away.from + 15 * SECOND, to: away.to }] });
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.served).toMatchObject([{ endedAt: null }]);
    expect(stand.world.ledger.machines[0]!.terminatedAt).toBeNull();
  });
});
