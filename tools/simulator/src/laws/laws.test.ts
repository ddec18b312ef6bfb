import type { CapRequest, FleetSettings, Job, PlanItem, Runner, StorePort } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { localEc2 } from '../ports/simulated-ec2.js';
import type { GiteaVersion } from '../gitea/gitea-version.js';
import { createSimulatedWorld } from '../world/world.js';
import { createLawsOfTime } from './laws-of-time.js';
import { mostServed } from './most-served.js';
import { createWitness, type Witness } from './witness.js';

const STARTED_AT = Date.parse('2030-01-01T00:00:00Z');
const MINUTE = 60_000;
const LIMITS = { bootSeconds: 60, idleSeconds: 60, jobMinutes: 5 };
const NAME = 'tinqs-ci-sim-go-1.1.0';
const CAP: CapRequest = { names: [NAME], classId: 'go', scope: 'repo-1', limits: { all: 1, perClass: 1, perScope: 1 } };

const job = (change: Partial<Job> = {}): Job => ({ id: '1', scope: 'repo-1', labels: ['go'], status: 'queued', generation: 0, pickedAt: null, completedAt: null, runnerId: null, reasons: [], version: 1, ...change }) as unknown as Job;
const runner = (change: Partial<Runner> = {}): Runner => ({ name: NAME, scope: 'repo-1', classId: 'go', labels: ['go'], state: 'booting', outcome: null, runnerId: 1, ran: null, stages: { registered: STARTED_AT, launched: STARTED_AT }, limits: LIMITS, disabled: false, registrationGone: false, version: 1, ...change }) as unknown as Runner;
const granted = (epoch: number, ...names: readonly string[]): PlanItem => ({ epoch, grants: names.map((name) => ({ name, classId: 'go', jobId: '1', grantedAt: STARTED_AT })) });

/** A table that takes everything. */
const anything = new Proxy({}, { get: (_, call) => async (item: unknown) => (call === 'loadScope' ? { jobs: [], runners: [], plan: granted(0) } : call === 'takeCap' ? { kind: 'taken' } : { kind: 'written', item: call === 'savePlan' ? undefined : item }) }) as StorePort;

function watched(gitea: GiteaVersion = '1.26', lostKnocks = 0) {
  const world = createSimulatedWorld({ seed: 1, startedAt: STARTED_AT, gitea, timing: { delivery: [5, 5] } });
  const { id } = world.do('createRepository', { fullName: 'acme/app', files: { a: 'a' } });
  const settings = { installation: 'sim', maxRunners: 1, classes: [{ id: 'go', labels: ['go'], limits: { ...LIMITS, concurrent: 1 } }] } as unknown as FleetSettings;
  const store: StorePort = { ...(['createJob', 'replaceJob', 'deleteJob', 'createRunner', 'replaceRunner', 'deleteRunner', 'takeCap', 'releaseCap', 'loadScope'] as const).reduce((all, call) => ({ ...all, [call]: anything[call] }), {} as StorePort), savePlan: async (_, item) => ({ kind: 'written', item }) };
  const witness = createWitness({ store, ec2: localEc2(world), world, settings, skewMs: 0 });
  const judge = createLawsOfTime(world, witness, 0, () => lostKnocks);
  const launch = async (name = NAME) => {
    const { id: runnerId } = world.do('register', { name, labels: ['go'], ephemeral: true, repositoryId: id, owner: null });
    await witness.ec2.launch({ clientToken: `token ${runnerId}`, name, classId: 'go', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' }, amiId: 'ami-1', limits: LIMITS, tags: {}, runnerId });
    return [...world.machines.keys()].at(-1)!;
  };
  const pass = (ms: number) => {
    for (const end = world.now + ms; world.now < end; ) {
      world.settle(Math.min(end, world.now + 1_000));
      judge();
    }
  };
  return { world, witness, scope: { kind: 'repository', id, fullName: 'acme/app' } as const, launch, pass, push: () => world.do('push', { repository: id, files: { b: 'b' }, workflows: [{ file: 'ci.yml', jobs: [{ key: 'build', labels: ['go'] }] }] }) };
}

type Watched = ReturnType<typeof watched>;

describe('the witness hears of', () => {
  it.each<[law: string, what: string, play: (stand: Watched) => Promise<unknown>]>([
    ['I7', 'a job that goes back within its generation', async ({ witness: { store } }) => [await store.createJob(job({ status: 'running' })), await store.replaceJob(job())]],
    ['I7', 'a fact that is written twice', async ({ witness: { store } }) => [await store.createJob(job({ status: 'running', runnerId: 1 })), await store.replaceJob(job({ status: 'running', runnerId: 2 }))]],
    ['I7', 'a runner that goes back', async ({ witness: { store } }) => [await store.createRunner(runner({ state: 'busy' })), await store.replaceRunner(runner({ state: 'idle' }))]],
    ['I7', 'a stage that is written twice', async ({ witness: { store } }) => [await store.createRunner(runner()), await store.replaceRunner(runner({ stages: { registered: STARTED_AT, launched: STARTED_AT + 1 } }))]],
    ['I1', 'a job that is forgotten while it waits', async ({ witness: { store } }) => [await store.createJob(job()), await store.deleteJob('repo-1', '1')]],
    ['I2', 'an epoch that is granted from twice', async ({ witness: { store }, scope }) => [await store.savePlan(scope, granted(1)), await store.savePlan(scope, granted(1))]],
    ['I2', 'more grants than jobs', async ({ witness: { store }, scope }) => [await store.createJob(job()), await store.savePlan(scope, granted(1, 'a', 'b', 'c'))]],
    ['I2', 'two machines of one name', async ({ witness: { store }, launch }) => [await store.takeCap(CAP), await launch(), await launch()]],
    ['I3', 'a record that ends before its machine', async ({ witness: { store }, launch }) => [await store.takeCap(CAP), await launch(), await store.createRunner(runner({ state: 'ended', outcome: 'used' }))]],
    ['I3', 'a record that is deleted before its machine ends', async ({ witness: { store }, launch }) => [await store.takeCap(CAP), await launch(), await store.createRunner(runner()), await store.deleteRunner('repo-1', NAME)]],
    ['I5', 'a launch without a place', async ({ launch }) => launch()],
    ['I5', 'more places than there are', async ({ witness: { store } }) => store.takeCap({ ...CAP, names: ['a', 'b'] })],
    ['I5', 'a place that is free before its machine is gone', async ({ witness: { store }, launch }) => [await store.takeCap(CAP), await launch(), await store.releaseCap([{ name: NAME, classId: 'go', scope: 'repo-1', since: 0 }])]],
    ['I6', 'a machine that is ended in its job', async ({ witness: { store, ec2 }, launch, push, pass }) => {
      await store.takeCap(CAP);
      const instanceId = await launch();
      await store.createJob(job({ reasons: [{ code: 'GRANTED', sentence: '', remedy: null, at: 0 }] }));
      push();
      pass(MINUTE);
      await ec2.terminate(instanceId, false);
    }],
  ])('%s: %s', async (law, _, play) => {
    const stand = watched();
    await play(stand);

    expect(stand.witness.broken.map(({ invariant }) => invariant)).toContain(law);
  });

  it.each([
    ['which 1.24 told by its row: that began the grace', 'asked Gitea: gone', 'gone', []],
    ['which 1.24 told by its row, and Gitea how it ended since then', 'asked Gitea: gone', 'failure', []],
    ['which Gitea itself told', 'webhook: cancelled', 'cancelled', ['I6']],
  ])('a machine that is ended too soon after the end of its job, %s', async (_, detail, conclusion, laws) => {
    const { world, witness: { store, ec2, broken }, launch, push, pass } = watched('1.24');
    await store.takeCap(CAP);
    const instanceId = await launch();
    await store.createRunner(runner({ state: 'busy', ran: '1' }));
    await store.createJob(job({ reasons: [{ code: 'GRANTED', sentence: '', remedy: null, at: 0 }] }));
    const { runs } = push();
    pass(MINUTE);
    world.do('unregister', { runnerId: 1 });
    await store.replaceJob(job({ status: 'done', conclusion, runnerId: 1, completedAt: world.now, timeline: [{ at: world.now, event: 'done', detail }], version: 2 }));
    world.do('upgradeGitea', { to: '1.25' });
    world.do('cancelRun', { run: runs[0]! });
    pass(MINUTE / 60);
    await ec2.terminate(instanceId, false);

    expect(broken.map(({ invariant }) => invariant)).toEqual(laws);
  });

  it('nothing where all is well', async () => {
    const { witness, launch, pass } = watched();
    await witness.store.takeCap(CAP);
    const instanceId = await launch();
    await witness.store.createRunner(runner());
    await witness.ec2.terminate(instanceId, false);
    pass(MINUTE);
    await witness.store.replaceRunner(runner({ state: 'ended', outcome: 'idle-out' }));
    await witness.store.releaseCap([{ name: NAME, classId: 'go', scope: 'repo-1', since: 0 }]);
    await witness.store.deleteRunner('repo-1', NAME);

    expect([...witness.living()]).toEqual([]);
    expect(witness.broken).toEqual([]);
  });
});

describe('the laws of time', () => {
  const brokenAfter = ({ witness, pass }: Watched, ms: number) => {
    pass(ms);
    return [...new Set(witness.broken.map(({ invariant }) => invariant))];
  };

  it.each([
    [0, 2],
    [1, 2],
    [2, 3],
    [3, 4],
  ])('I1: where %i knocks are lost, a job that waits in Gitea is known within %i sweeps', (lost, sweeps) => {
    const stand = watched('1.26', lost);
    stand.push();

    expect(brokenAfter(stand, sweeps * MINUTE)).toEqual([]);
    expect(brokenAfter(stand, MINUTE)).toEqual(['I1']);
  });

  it('I1: on 1.24 its time begins when its delivery has arrived', async () => {
    const stand = watched('1.24');
    stand.push();
    expect(brokenAfter(stand, 10 * MINUTE)).toEqual([]);
    await stand.witness.store.createJob(job());

    expect(brokenAfter(stand, 2 * MINUTE)).toEqual([]);
    expect(brokenAfter(stand, MINUTE)).toEqual(['I1']);
  });

  it('I1: a claim that was announced and given back begins its time anew', async () => {
    const stand = watched('1.27');
    stand.push();
    const known = job({ reasons: [{ code: 'GRANTED', sentence: '', remedy: null, at: 0 }] });
    await stand.witness.store.createJob(known);
    expect(brokenAfter(stand, 2 * MINUTE)).toEqual([]);
    await stand.witness.store.replaceJob({ ...known, status: 'running', runnerId: 1, pickedAt: STARTED_AT + 2 * MINUTE, version: 2 });

    expect(brokenAfter(stand, 2 * MINUTE)).toEqual([]);
    expect(brokenAfter(stand, MINUTE)).toEqual(['I1']);
  });

  it('I1: a claim that was taken back unseen is not looked away from', async () => {
    const stand = watched('1.27');
    stand.push();
    const known = job({ reasons: [{ code: 'GRANTED', sentence: '', remedy: null, at: 0 }] });
    await stand.witness.store.createJob({ ...known, status: 'running', runnerId: 1, pickedAt: STARTED_AT + 2 * MINUTE });
    expect(brokenAfter(stand, 3 * MINUTE)).toEqual([]);
    await stand.witness.store.replaceJob(job({ generation: 1, version: 2 }));

    expect(brokenAfter(stand, 2_000)).toEqual(['I1']);
  });

  it('find what laws find that look at everything at every step', async () => {
    const { world, witness, launch } = watched();
    world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    const telling = (found: string[]): Witness => ({ ...witness, breach: (invariant, what) => void found.push(`${world.now} ${invariant} ${what}`) });
    const [found, all]: [string[], string[]] = [[], []];
    const judge = createLawsOfTime(world, telling(found), 0);
    for (let step = 0; step < 500; step += 1) {
      if (step % 70 === 1) await launch(`runner-${step}`);
      if (step % 110 === 109) await witness.ec2.terminate([...witness.living()].at(-1)!.instanceId, false);
      world.settle(world.now + 5_000);
      judge();
      createLawsOfTime(world, telling(all), 0)();
    }

    expect(found).toEqual(all);
    for (const law of ['I2', 'I3', 'I4']) expect(all.some((line) => line.includes(law))).toBe(true);
  });

  it('I2, I3, I4: a machine ends in time, and its registration with it', async () => {
    const stand = watched();
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    await stand.witness.store.takeCap(CAP);
    const instanceId = await stand.launch();

    expect(brokenAfter(stand, 5 * MINUTE)).toEqual([]);
    expect(brokenAfter(stand, 2 * MINUTE)).toEqual(['I2']);
    expect(brokenAfter(stand, 17 * MINUTE)).toContain('I3');
    await stand.witness.ec2.terminate(instanceId, false);
    expect(brokenAfter(stand, 4 * MINUTE)).toContain('I4');
  });
});

it.each([
  [[['go'], ['go', 'gpu']], [['go', 'gpu'], ['go']], 2],
  [[['go', 'gpu'], ['go', 'gpu']], [['go', 'gpu'], ['go']], 1],
  [[['go']], [], 0],
])('of jobs %j runners %j serve at most %i', (wanted, offered, most) => expect(mostServed(wanted, offered)).toBe(most));
