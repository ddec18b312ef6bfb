import { endsByOf, scopeKey, TAGS, type LaunchOrder, type RunnerClass, type Scope } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { createStand, type Stand } from '../fidelity/stand.js';
import { GITEA_VERSIONS } from '../gitea/gitea-version.js';
import { SimulatedOutageError } from '../world/fate.js';
import { localEc2 } from './simulated-ec2.js';
import { deliveryFact, serverFacts, simulatedGitea } from './simulated-gitea.js';
import { simulatedLauncher } from './simulated-launcher.js';

const GO: RunnerClass = {
  id: 'go',
  labels: ['go'],
  instanceTypes: ['t3.small', 't3a.small'],
  mode: 'host',
  image: null,
  ami: null,
  diskGiB: 20,
  limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 6 },
  market: 'spot-then-on-demand',
  instanceProfile: false,
  sudo: false,
  allowedRepositories: null,
  rerun: true,
  isDefault: false,
};

const scopeIn = (stand: Stand): Scope => ({ kind: 'repository', id: stand.repository, fullName: 'acme/app' });

async function order(stand: Stand, name: string, change: Partial<LaunchOrder> = {}): Promise<LaunchOrder> {
  const scope = scopeIn(stand);
  const registration = await simulatedGitea(stand.world).register({ name, labels: GO.labels, scope });
  if (registration.kind !== 'registered') throw new Error(registration.sentence);
  return { name, runnerClass: GO, scope, registration, launchedFor: '1', repository: { id: stand.repository, fullName: 'acme/app' }, amiId: 'ami-1', endsBy: endsByOf(GO.limits, stand.world.now), onDemand: false, rests: [], deadline: stand.world.now + 35_000, ...change };
}

function launcherOf(stand: Stand) {
  return simulatedLauncher({ ec2: localEc2(stand.world), installation: 'inst', now: () => stand.world.now });
}

describe('the simulated Gitea as a port', () => {
  it('has heard of no runner for a moment when it comes back from an outage', async () => {
    const stand = createStand('1.26');
    stand.machine();
    stand.pass(60_000);
    const { now } = stand.world;
    stand.world.do('misbehave', { outages: [{ of: 'gitea', from: now, to: now + 120_000 }] });
    const online = async () => (await simulatedGitea(stand.world).listRunners(scopeIn(stand))).map((row) => row.online);
    stand.pass(120_000);
    expect(await online()).toEqual([false]);
    stand.pass(3_000);

    expect(await online()).toEqual([true]);
  });

  it('takes a job from its registration to its end', async () => {
    const stand = createStand('1.27');
    const gitea = simulatedGitea(stand.world);
    const [launcher, scope] = [launcherOf(stand), scopeIn(stand)];
    stand.dispatch([{ key: 'build', labels: ['go'], durationMs: 20_000 }]);
    const [queued] = await gitea.listJobs();
    const wanted = await order(stand, 'tinqs-ci-inst-go-1.1.0');
    await launcher.launch(wanted);

    expect(queued).toMatchObject({ status: 'queued', labels: ['go'], headBranch: 'main', runnerId: null, via: 'listing' });
    stand.pass(50_000);
    const { runnerId } = wanted.registration;
    expect(await gitea.readRunner(scope, runnerId)).toMatchObject({ online: true, busy: true });
    expect(await gitea.readJob(queued!.repository, queued!.id)).toMatchObject({ status: 'running', runnerId });
    stand.pass(60_000);
    expect(await gitea.readRunner(scope, runnerId)).toBe(null);
    expect(await gitea.readJob(queued!.repository, queued!.id)).toMatchObject({ status: 'done', conclusion: 'success' });
    expect(await gitea.listJobs()).toEqual([]);
  });

  it.each(GITEA_VERSIONS)('says of %s what the planner must know, and refuses what it has not', async (version) => {
    const stand = createStand(version);
    const gitea = simulatedGitea(stand.world);
    const { jobsApi, rerunApi } = serverFacts(stand.world);
    const run = stand.dispatch([{ key: 'build', labels: ['go'], durationMs: 1_000 }]);

    expect({ jobsApi, rerunApi }).toEqual({ jobsApi: version !== '1.24', rerunApi: version >= '1.26' });
    await (jobsApi ? expect(gitea.listJobs()).resolves.toHaveLength(1) : expect(gitea.listJobs()).rejects.toThrow('Gitea 1.24.7 has no jobs API'));
    expect(await gitea.rerunJob({ id: 1, fullName: 'acme/app' }, run, '1')).toBe(rerunApi ? 'not-yet' : 'unsupported');
  });

  it('lists an expanded caller among the jobs, and tells it only when asked', async () => {
    const stand = createStand('1.27');
    const gitea = simulatedGitea(stand.world);
    stand.dispatch([{ key: 'call', labels: ['go'], uses: [{ key: 'inner', labels: ['go'] }] }]);
    stand.pass(5_000);

    const listed = await gitea.listJobs();

    expect(listed.map(({ name, status }) => [name, status])).toEqual([
      ['call', 'queued'],
      ['inner', 'queued'],
    ]);
    expect(await Promise.all(listed.map(({ id }) => gitea.isCaller({ id } as Parameters<typeof gitea.isCaller>[0])))).toEqual([true, false]);
  });

  it('finds a job that is being cancelled in no list', async () => {
    const stand = createStand('1.27', { declaresCancelling: true });
    const run = stand.dispatch([{ key: 'long', labels: ['go'], durationMs: 600_000 }]);
    stand.machine();
    stand.pass(60_000);

    stand.world.do('cancelRun', { run });

    expect(await simulatedGitea(stand.world).listJobs()).toEqual([]);
    expect(await simulatedGitea(stand.world).readJob({ id: stand.repository, fullName: 'acme/app' }, '1')).toMatchObject({ status: 'running' });
  });

  it('throws where no answer comes, whether the call was carried out or not', async () => {
    const stand = createStand('1.26');
    const gitea = simulatedGitea(stand.world);
    const register = (): Promise<unknown> => gitea.register({ name: 'r', labels: ['go'], scope: scopeIn(stand) });

    stand.world.do('misbehave', { loseRequests: 1 });
    await expect(register()).rejects.toThrow(SimulatedOutageError);
    expect(stand.world.ledger.registrations.length).toBe(0);
    stand.world.do('misbehave', { loseRequests: 0, loseAnswers: 1 });
    await expect(register()).rejects.toThrow(SimulatedOutageError);
    expect(stand.world.ledger.registrations.length).toBe(1);
  });

  it('gives deliveries as facts, as the version knows them', () => {
    const facts = GITEA_VERSIONS.map((version) => {
      const stand = createStand(version);
      stand.dispatch([{ key: 'slow', labels: ['go'], durationMs: 300_000 }]);
      stand.machine();
      stand.pass(60_000);
      stand.dispatch([{ key: 'newer', labels: ['go'] }]);
      stand.pass(5_000);
      return stand.deliveries.flatMap((delivery) => deliveryFact(stand.world, delivery) ?? []).filter(({ name, status }) => name === 'slow' && status === 'running').map(({ runnerId }) => runnerId);
    });

    expect(facts).toEqual([[1, null], [1, 1], [1], [1]]);
  });
});

describe('the simulated launcher as a port', () => {
  it('launches with the tags that adoption needs, and the same order again is the same machine', async () => {
    const stand = createStand('1.26');
    const launcher = launcherOf(stand);
    const wanted = await order(stand, 'tinqs-ci-inst-go-1.1.0');

    const first = await launcher.launch(wanted);
    const again = await launcher.launch(wanted);
    stand.pass(5_000);

    expect(again).toEqual(first);
    expect(stand.world.ledger.machines.length).toBe(1);
    expect((await launcher.list())[0]!.tags).toEqual({
      [TAGS.mark]: 'true',
      [TAGS.installation]: 'inst',
      [TAGS.name]: wanted.name,
      [TAGS.classId]: 'go',
      [TAGS.scope]: scopeKey(wanted.scope),
      [TAGS.runnerId]: String(wanted.registration.runnerId),
      [TAGS.endsBy]: new Date(wanted.endsBy).toISOString(),
    });
  });

  it('moves on after a definite refusal only, Spot before on-demand, and says what refused', async () => {
    const stand = createStand('1.26');
    stand.world.do('refuse', { pools: { market: 'spot' }, forMs: 60_000 });

    const spotOnly = await launcherOf(stand).launch(await order(stand, 'a'));
    const both = await launcherOf(stand).launch(await order(stand, 'b', { onDemand: true }));

    expect(spotOnly).toMatchObject({ kind: 'no-capacity' });
    expect(spotOnly.kind === 'no-capacity' && spotOnly.tried.map(({ pool, cause }) => `${pool.instanceType} ${pool.subnet} ${cause}`).sort()).toEqual([
      't3.small subnet-a capacity',
      't3.small subnet-b capacity',
      't3a.small subnet-a capacity',
      't3a.small subnet-b capacity',
    ]);
    expect(both).toMatchObject({ kind: 'launched', pool: { market: 'on-demand' } });
  });

  it('leaves pools that rest alone', async () => {
    const stand = createStand('1.26');
    const rests = [{ pool: { instanceType: 'any', subnet: 'any', market: 'spot' as const }, cause: 'spot-quota' as const, code: 'MaxSpotInstanceCountExceeded', failures: 1, until: stand.world.now + 60_000 }];

    expect(await launcherOf(stand).launch(await order(stand, 'a', { rests }))).toEqual({ kind: 'no-capacity', tried: [] });
  });

  it('does not know, after two requests without an answer, and never tries another pool then', async () => {
    const stand = createStand('1.26');
    const wanted = await order(stand, 'a');
    stand.world.do('misbehave', { loseAnswers: 1 });

    expect(await launcherOf(stand).launch(wanted)).toMatchObject({ kind: 'unknown' });
    expect(stand.world.ledger.machines.length).toBe(1);
  });

  it.each([
    ['InvalidAMIID.NotFound', true],
    ['UnauthorizedOperation', true],
    ['VolumeLimitExceeded', false],
  ])('refuses for good or for now: %s', async (code, permanent) => {
    const stand = createStand('1.26');
    stand.world.do('refuse', { code });

    expect(await launcherOf(stand).launch(await order(stand, 'a'))).toMatchObject({ kind: 'refused', code, permanent });
  });

  it('shows only machines of its installation, and ends one again without complaint', async () => {
    const stand = createStand('1.26');
    const launcher = launcherOf(stand);
    const { instanceId } = stand.machine();
    stand.pass(5_000);

    expect(await launcher.list()).toEqual([]);
    await launcher.terminate(instanceId);
    await launcher.terminate(instanceId, { force: true });
    await launcher.terminate('i-unknown');
  });
});
