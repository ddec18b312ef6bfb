import { describe, expect, it } from 'vitest';
import { sweep, type FleetPorts } from '@tinqs/fleet';
import { deliveryFact } from '@tinqs/simulator';
import { leftovers, NOTHING } from './leftovers.js';
import { createStand, MINUTE, SECOND } from './stand.js';

describe('P24 the brake on 1.24, where only rows witness', () => {
  it('counts the endings of the whole pass, not of each scope', async () => {
    const stand = createStand({ gitea: '1.24' });
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    for (const name of ['acme/b', 'acme/c']) stand.world.do('createRepository', { fullName: name, files: { a: 'b' } });
    for (const name of ['acme/app', 'acme/b', 'acme/c']) stand.push([0, 1].map((index) => ({ key: `j${index}`, labels: ['go'], durationMs: 10 * SECOND })), name);
    await stand.pass(12 * MINUTE);

    expect(stand.world.ledger.served).toHaveLength(6);
    expect(stand.alive()).toBe(6);
    expect(stand.reports.some((report) => report.failed.some((failed) => failed.part === 'brake'))).toBe(true);
    await stand.pass(90 * MINUTE);
    expect(stand.alive()).toBe(0);
  });

  it('does not hold three', async () => {
    const stand = createStand({ gitea: '1.24' });
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    stand.push([0, 1, 2].map((index) => ({ key: `j${index}`, labels: ['go'], durationMs: 10 * SECOND })));
    await stand.pass(8 * MINUTE);

    expect(stand.alive()).toBe(0);
  });
});

describe('a pass of the sweep', () => {
  it('with Gitea silent ends nothing but by clocks, calls nothing lost and grants nothing', async () => {
    const stand = createStand();
    stand.push([{ key: 'build', labels: ['go'], durationMs: 20 * MINUTE }]);
    await stand.pass(2 * MINUTE);
    stand.world.do('misbehave', { outages: [{ of: 'gitea', from: stand.world.now, to: stand.world.now + 10 * MINUTE }] });
    await stand.pass(9 * MINUTE);

    expect(stand.alive()).toBe(1);
    expect(stand.reports.flatMap((report) => report.ended)).toEqual([]);
    expect((await stand.store.loadScope('repo-1')).runners[0]!.state).toBe('busy');
    expect(((await stand.store.readMeta('SWEEP')) as { gitea: number }).gitea).toBeLessThan(stand.world.now - 8 * MINUTE);
  });

  it('on 1.24 knows that Gitea is silent by its rows', async () => {
    const stand = createStand({ gitea: '1.24' });
    await stand.store.noteScope(stand.scope);
    await stand.pass(2 * MINUTE);
    stand.world.do('misbehave', { outages: [{ of: 'gitea', from: stand.world.now, to: stand.world.now + 10 * MINUTE }] });
    await stand.pass(5 * MINUTE);

    expect(((await stand.store.readMeta('SWEEP')) as { gitea: number }).gitea).toBeLessThan(stand.world.now - 4 * MINUTE);
  });

  it('finds a job that no webhook announced, counts it once, and has it served', async () => {
    const stand = createStand({ world: { misbehaviour: { drop: 1 } } });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 3 * MINUTE }]);
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.served).toHaveLength(1);
    expect(await stand.store.readMeta('MISSED')).toBe(1);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('writes a reason for a foreign job that only the listing shows (I1)', async () => {
    const stand = createStand({ world: { misbehaviour: { drop: 1 } } });
    stand.push([{ key: 'build', labels: ['windows'] }]);
    await stand.pass(3 * MINUTE);

    expect((await stand.store.loadScope('repo-1')).jobs[0]!.reasons[0]!.code).toBe('FOREIGN_LABELS');
    expect(((await stand.store.readMeta('SWEEP')) as { waiting: string[] }).waiting).toEqual([]);
  });

  it.each(['job', 'runner'] as const)('writes a %s into history before it deletes it: where that write fails it is written in the next', async (kind) => {
    let failed = false;
    const stand = createStand({
      wrap: (ports) => ({
        ...ports,
        store: {
          ...ports.store,
          recordEnded: async (record) => {
            if (failed || record.kind !== kind) return ports.store.recordEnded(record);
            failed = true;
            throw new Error('the table is away');
          },
        },
      }),
    });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(20 * MINUTE);

    expect(failed).toBe(true);
    expect((await stand.store.listEnded({ from: stand.world.now - 60 * MINUTE, to: stand.world.now + 1 })).filter((ended) => ended.kind === kind)).toHaveLength(1);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('leaves a job that is queued again in the moment in which it would move to history', async () => {
    const stand = createStand({ gitea: '1.26' });
    const run = stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(3 * MINUTE);
    const racing: FleetPorts = {
      ...stand.ports,
      store: {
        ...stand.store,
        recordEnded: async (record) => {
          await stand.store.recordEnded(record);
          if (record.kind !== 'job') return;
          stand.world.do('rerun', { run, what: 'all' });
          for (const fact of await stand.ports.gitea.listJobs()) await stand.controller.record(stand.scope, fact);
        },
      },
    };
    stand.world.settle(stand.world.now + 3 * MINUTE);
    await sweep(racing, stand.settings);

    expect((await stand.store.loadScope('repo-1')).jobs[0]).toMatchObject({ status: 'queued', generation: 1 });
  });

  it.each(['1.24', '1.25', '1.27'] as const)('has moved a job to history: a late duplicate of its deliveries opens nothing that a machine is launched for (%s)', async (gitea) => {
    const stand = createStand({ gitea });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    const told = stand.world.advanceTo(stand.world.now + 3 * SECOND).flatMap((each) => (each.kind === 'delivery' ? (deliveryFact(stand.world, each) ?? []) : []));
    for (const fact of told) await stand.controller.record(stand.scope, fact);
    await stand.controller.serve(stand.scope);
    await stand.pass(15 * MINUTE);
    expect(await leftovers(stand)).toEqual(NOTHING);
    for (const fact of told) await stand.controller.record(stand.scope, { ...fact, status: 'running', runnerId: 1, seenAt: stand.world.now });
    if (gitea !== '1.24') for (const fact of told) await stand.controller.record(stand.scope, { ...fact, seenAt: stand.world.now });
    await stand.controller.serve(stand.scope);

    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('that forgot a scope in the moment before a job of it began to wait looks at it all the same (1.24)', async () => {
    const stand = createStand({ gitea: '1.24', settings: { maxRunners: 1 } });
    await stand.store.takeCap({ names: ['other'], classId: 'go', scope: 'repo-2', limits: { all: 9, perClass: 9, perScope: 9 } });
    await stand.controller.serve(stand.scope);
    await stand.store.forgetScope('repo-1');
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success']);
  });

  it('forgets a scope without anything alive after a week', async () => {
    const stand = createStand();
    await stand.store.noteScope(stand.scope);
    await stand.pass(2 * MINUTE);
    stand.world.settle(stand.world.now + 7 * 24 * 60 * MINUTE);
    await sweep(stand.ports, stand.settings);

    expect(await stand.store.listScopes()).toEqual([]);
  });
});

describe('P20 a machine more than jobs', () => {
  it('is told of as long as it lasts, and ended by nobody but its own idle clock', async () => {
    const stand = createStand();
    const run = stand.push([{ key: 'build', labels: ['go'] }]);
    await stand.pass(5 * SECOND);
    expect(stand.reports.flatMap((report) => report.surplus)).toEqual([]);
    stand.world.do('cancelRun', { run });
    await stand.pass(12 * MINUTE);

    expect(stand.reports.flatMap((report) => report.surplus).length).toBeGreaterThanOrEqual(4);
    expect(stand.reports[1]!.surplus).toEqual([{ scope: 'repo-1', sentence: '1 more unconsumed than jobs; a newer job uses it, or its idle clock ends it' }]);
    expect(stand.reports.flatMap((report) => report.ended)).toEqual([]);
    expect(stand.reports.at(-1)!.surplus).toEqual([]);
  });
});

describe('confirming', () => {
  it('one job that Gitea gives no answer about holds up no other', async () => {
    const stand = createStand({ wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, readJob: async (repository, id) => (id === '1' ? Promise.reject(new Error('500')) : ports.gitea.readJob(repository, id)), listJobs: async () => Promise.reject(new Error('away')) } }) });
    stand.push([{ key: 'a', labels: ['go'] }, { key: 'b', labels: ['go'] }]);
    const facts = [1, 2].map((id) => ({ id: String(id), repository: { id: 1, fullName: 'acme/app' }, runId: 1, name: `j${id}`, labels: ['go'], status: 'queued' as const, conclusion: null, headSha: null, headBranch: null, url: null, runnerId: null, createdAt: null, seenAt: stand.world.now - 2 * MINUTE, via: 'delivery' as const }));
    for (const fact of facts) await stand.controller.record(stand.scope, fact);
    const served = await stand.controller.serve(stand.scope);

    expect(served.launched).toHaveLength(1);
    expect(served.held).toEqual([{ jobId: '1', code: 'CONFIRMING' }]);
  });

  it('a job that Gitea no longer knows is final, and gets no machine', async () => {
    const stand = createStand();
    await stand.controller.record(stand.scope, { id: '77', repository: { id: 1, fullName: 'acme/app' }, runId: 1, name: 'x', labels: ['go'], status: 'queued', conclusion: null, headSha: null, headBranch: null, url: null, runnerId: null, createdAt: null, seenAt: stand.world.now - 2 * MINUTE, via: 'delivery' });
    await stand.controller.serve(stand.scope);

    expect((await stand.store.loadScope('repo-1')).jobs[0]).toMatchObject({ status: 'done', conclusion: 'gone' });
    expect(stand.world.ledger.machines).toEqual([]);
  });
});
