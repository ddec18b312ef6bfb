import { describe, expect, it } from 'vitest';
import { createController, type FleetPorts } from '@tinqs/fleet';
import { leftovers, NOTHING } from './leftovers.js';
import { createStand, GO, MINUTE, SECOND } from './stand.js';

/** The call after which the first dispatcher is never heard of again. */
function dyingAfter(port: 'store' | 'gitea' | 'launcher', call: string) {
  let died = false;
  const wrap = (ports: FleetPorts): FleetPorts => {
    const target = ports[port] as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>;
    const dying = async (...args: readonly unknown[]) => {
      const answer = await target[call]!(...args);
      if (died) return answer;
      died = true;
      throw new Error(`dead after ${call}`);
    };
    return { ...ports, [port]: { ...target, [call]: dying } };
  };
  return { wrap, hasDied: () => died };
}

describe('what a dispatcher leaves that fails after', () => {
  it.each([
    ['store', 'savePlan'],
    ['store', 'takeCap'],
    ['gitea', 'register'],
    ['store', 'createRunner'],
    ['launcher', 'launch'],
    ['store', 'pointTo'],
  ] as const)('%s.%s is found and cleaned up, and the job is served once', async (port, call) => {
    const { wrap, hasDied } = dyingAfter(port, call);
    const stand = createStand({ wrap });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(5 * SECOND).catch(() => undefined);
    await stand.pass(15 * MINUTE);

    expect(hasDied()).toBe(true);
    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success']);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });
});

describe('P25 a place', () => {
  it('of a name without runner and machine is free after 150 s, not before', async () => {
    const stand = createStand();
    await stand.store.takeCap({ names: ['tinqs-ci-sim-go-1.1.0'], classId: 'go', scope: 'repo-1', limits: { all: 9, perClass: 9, perScope: 9 } });
    await stand.pass(149 * SECOND);
    expect(await stand.store.listCapHolders()).toHaveLength(1);
    await stand.pass(2 * MINUTE);

    expect(await stand.store.listCapHolders()).toEqual([]);
  });

  it('is not freed while EC2 is silent', async () => {
    const stand = createStand({ wrap: (ports) => ({ ...ports, launcher: { ...ports.launcher, list: async () => Promise.reject(new Error('away')) } }) });
    await stand.store.takeCap({ names: ['a'], classId: 'go', scope: 'repo-1', limits: { all: 9, perClass: 9, perScope: 9 } });
    await stand.pass(30 * MINUTE);

    expect(await stand.store.listCapHolders()).toHaveLength(1);
  });

  it('that frees a full cap wakes whoever waits, also in another scope, within a sweep', async () => {
    const stand = createStand({ settings: { maxRunners: 1 } });
    stand.world.do('createRepository', { fullName: 'acme/other', files: { a: 'b' } });
    stand.push([{ key: 'first', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(10 * SECOND);
    stand.push([{ key: 'second', labels: ['go'], durationMs: 5 * SECOND }], 'acme/other');
    await stand.pass(10 * MINUTE);

    const [first, second] = stand.world.ledger.machines;
    expect(stand.world.ledger.served).toHaveLength(2);
    expect(second!.launchedAt - first!.terminatedAt!).toBeLessThan(90 * SECOND);
  });
});

describe('a cap that is full when the place is taken', () => {
  it('is the reason, at once, and the grant is taken back instead of seeming supply', async () => {
    const stand = createStand({ settings: { maxRunners: 1 } });
    await stand.controller.serve(stand.scope);
    await stand.store.takeCap({ names: ['other'], classId: 'go', scope: 'repo-2', limits: { all: 9, perClass: 9, perScope: 9 } });
    stand.push([{ key: 'build', labels: ['go'] }]);
    await stand.pass(2 * SECOND);

    const { jobs, plan } = await stand.store.loadScope('repo-1');
    expect(jobs[0]!.reasons[0]!.code).toBe('CAP_ALL');
    expect(plan.grants).toEqual([]);
  });
});

describe('two dispatchers at once', () => {
  it('never both grant from one epoch', async () => {
    const stand = createStand();
    const other = createController(stand.ports, stand.settings);
    stand.push([{ key: 'build', labels: ['go'] }]);
    const facts = await stand.ports.gitea.listJobs();
    await stand.controller.record(stand.scope, facts[0]!);
    const served = await Promise.all([stand.controller.serve(stand.scope), other.serve(stand.scope)]);

    expect(served.flatMap((each) => each.launched)).toHaveLength(1);
    expect(stand.world.ledger.machines).toHaveLength(1);
  });
});

describe('P22 a registration', () => {
  it('of ours without grant, record or machine goes when two passes saw it; nobody else’s ever does', async () => {
    const stand = createStand();
    const register = (name: string) => stand.world.do('register', { name, labels: ['go'], ephemeral: true, repositoryId: 1, owner: null }).id;
    await stand.store.noteScope(stand.scope);
    const [ours, theirs] = [register('tinqs-ci-sim-go-1.9.0'), register('tinqs-ci-else-go-1.9.0')];
    await stand.pass(31 * SECOND);
    expect(stand.world.gitea.registrations.has(ours)).toBe(true);
    await stand.pass(2 * MINUTE);

    expect([...stand.world.gitea.registrations.keys()]).toEqual([theirs]);
  });
});

describe('P23 a machine whose launch nobody heard of', () => {
  it('is adopted by its tags, and its job is served by it', async () => {
    const stand = createStand({ world: { misbehaviour: {} }, wrap: (ports) => ({ ...ports, launcher: { ...ports.launcher, launch: async (order) => ({ kind: 'unknown', pool: ((await ports.launcher.launch(order)) as unknown as { pool: never }).pool, sentence: 'no answer', tried: [] }) } }) });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.machines).toHaveLength(1);
    expect(stand.world.ledger.served).toHaveLength(1);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('after its record was given up holds its place again and lives by its own clocks', async () => {
    const stand = createStand();
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * MINUTE }]);
    await stand.pass(5 * SECOND);
    const { runners: [runner] } = await stand.store.loadScope('repo-1');
    await stand.store.replaceRunner({ ...runner!, state: 'ended', outcome: 'launch-failed', version: runner!.version + 1 });
    await stand.store.releaseCap(await stand.store.listCapHolders());
    await stand.pass(2 * MINUTE);

    expect((await stand.store.listCapHolders()).map((holder) => holder.name)).toContain(runner!.name);
    expect((await stand.store.loadScope('repo-1')).runners.find((each) => each.name === runner!.name)).toMatchObject({ state: 'busy', outcome: null });
    await stand.pass(20 * MINUTE);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });
});

describe('a registration that takes longer than a launch may', () => {
  it('is deleted again: no record, no launch, its place is free', async () => {
    let records = 0;
    const stand = createStand({
      wrap: (ports) => ({
        ...ports,
        store: { ...ports.store, createRunner: async (runner) => ((records += 1), ports.store.createRunner(runner)) },
        gitea: {
          ...ports.gitea,
          register: async (wanted) => {
            const answer = await ports.gitea.register(wanted);
            stand.world.settle(stand.world.now + 46 * SECOND);
            return answer;
          },
        },
      }),
    });
    stand.push([{ key: 'build', labels: ['go'] }]);
    await stand.pass(5 * SECOND);

    expect(records).toBe(0);
    expect(stand.world.ledger.machines).toEqual([]);
    expect(stand.world.gitea.registrations.size).toBe(0);
    expect(await stand.store.listCapHolders()).toEqual([]);
  });
});

describe('200 jobs and a cap of 12', () => {
  it('are all served, on never more than 12 machines', async () => {
    const stand = createStand({ settings: { maxRunners: 12, classes: [{ ...GO, limits: { ...GO.limits, concurrent: 12 } }] } });
    stand.push(Array.from({ length: 200 }, (_, index) => ({ key: `j${index}`, labels: ['go'], durationMs: 5 * SECOND })));
    await stand.pass(60 * MINUTE);

    expect(stand.world.ledger.served.filter((served) => served.conclusion === 'success')).toHaveLength(200);
    expect(stand.most.machines).toBe(12);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });
});
