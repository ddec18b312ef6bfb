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
