import type { Action } from './action.js';
import { backoffUntil } from './backoff.js';
import type { CapHolder, FleetPorts, LaunchOrder, LaunchResult, PoolRefusal, RegistrationOutcome } from './ports.js';
import { poolReason } from './pool-reason.js';
import { allowsOnDemand, poolsOf, restOf } from './pools.js';
import { reason, type Reason } from './reason.js';
import { amendJob, amendRunner } from './record.js';
import { findRest, restAfter } from './rest.js';
import { advance } from './runner-lifecycle.js';
import { endsByOf, type Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { LIMITS } from './limits.js';
import { addEntry, addReason } from './timeline.js';
import type { World } from './world.js';

export interface GrantedLaunch {
  readonly scope: Scope;
  readonly world: World;
  readonly grant: Extract<Action, { kind: 'grant' }>;
  readonly grantedAt: number;
  readonly deliveredAt: number;
}

export type RunnerLaunch = { readonly kind: 'launched' | 'failed' | 'unknown'; readonly name: string };

/**
 * Design steps 6 and 7 for one granted name: register, write the runner, launch, write what came of it.
 *
 * A crash between any two steps leaves something the sweep knows: a place without a runner, a registration without a
 * record, a record without a machine, a machine whose record lacks its id. No other process resumes a name.
 */
export async function launchRunner(ports: FleetPorts, launch: GrantedLaunch): Promise<RunnerLaunch> {
  const { scope, world, grant } = launch;
  const { name } = grant;
  const runnerClass = world.classes.find((each) => each.id === grant.classId)!;
  const job = world.jobs.find((each) => each.id === grant.jobId)!;
  const holder: CapHolder = { name, classId: grant.classId, scope: scopeKey(scope), since: launch.grantedAt };

  const deadline = launch.grantedAt + LIMITS.dispatchTimeout;
  const tooLate = () => reason('REGISTRATION_REFUSED', { sentence: 'the answer came too late to launch' });
  if (ports.now() >= deadline) return giveUp(tooLate());

  let registration: RegistrationOutcome;
  let amiId: string;
  try {
    amiId = await ports.launcher.resolveAmi(runnerClass);
    registration = await ports.gitea.register({ name, labels: runnerClass.labels, scope });
  } catch (cause) {
    // Nothing runs under this name, whatever Gitea did: a registration without a record is found by its name.
    return giveUp(reason('REGISTRATION_REFUSED', { sentence: messageOf(cause) }));
  }
  if (registration.kind === 'refused') return giveUp(reason('REGISTRATION_REFUSED', { sentence: registration.sentence }));

  const registeredAt = ports.now();
  const runner: Runner = {
    name,
    scope: scopeKey(scope),
    scopeRef: scope,
    classId: grant.classId,
    labels: runnerClass.labels,
    state: 'launching',
    outcome: null,
    runnerId: registration.runnerId,
    registrationGone: false,
    instanceId: null,
    pool: null,
    availabilityZone: null,
    amiId,
    pricePerHour: null,
    launchedFor: job.id,
    ran: null,
    stages: { delivered: launch.deliveredAt, granted: launch.grantedAt, registered: registeredAt },
    limits: { bootSeconds: runnerClass.limits.bootSeconds, idleSeconds: runnerClass.limits.idleSeconds, jobMinutes: runnerClass.limits.jobMinutes },
    endsBy: endsByOf(runnerClass.limits, registeredAt),
    ending: null,
    missing: 0,
    disabled: false,
    timeline: addEntry([], registeredAt, 'registered', `for job ${job.name}`),
    version: 1,
  };
  if (registeredAt >= deadline || (await ports.store.createRunner(runner)).kind === 'conflict') {
    await unregister(registration.runnerId);
    return giveUp(tooLate());
  }

  const onDemand = allowsOnDemand(runnerClass, job);
  const order: LaunchOrder = { name, runnerClass, scope, registration, launchedFor: job.id, repository: job.repository, amiId, endsBy: runner.endsBy, onDemand, rests: world.rests, deadline };
  const result = await ports.launcher.launch(order);
  switch (result.kind) {
    case 'launched':
      await afterLaunch(ports, launch, runner, result);
      await restPools(ports, world, result.tried);
      return { kind: 'launched', name };
    case 'unknown':
      ports.log.warn('launch outcome unknown, left to the sweep', { runner: name, cause: result.sentence });
      await restPools(ports, world, result.tried);
      return { kind: 'unknown', name };
    case 'no-capacity':
    case 'refused': {
      // No machine can exist: the name ends here, its registration and place go at once.
      const why = refusalOf(result);
      const at = ports.now();
      await restPools(ports, world, result.tried);
      const ended = await amendRunner(ports, runner, (current) => advance(current, { state: 'ended', stage: 'terminated', at, detail: `launch failed: ${why.sentence}`, change: { outcome: 'launch-failed' } }));
      if ((await unregister(registration.runnerId)) && ended !== undefined) await amendRunner(ports, ended, (current) => advance(current, { at, change: { registrationGone: true } }));
      return giveUp(why);
    }
  }

  function refusalOf(refused: Extract<LaunchResult, { kind: 'no-capacity' | 'refused' }>): Reason {
    if (refused.kind === 'refused') return reason(refused.permanent ? 'LAUNCH_REFUSED' : 'LAUNCH_PUT_OFF', refused);
    const resting = poolsOf(runnerClass, world.subnets, onDemand).flatMap((pool) => restOf(pool, world.rests, ports.now())?.cause ?? []);
    return poolReason(grant.classId, [...refused.tried.map(({ cause }) => cause), ...resting]);
  }

  /** A registration that cannot be deleted now is deleted by the sweep. */
  async function unregister(runnerId: number): Promise<boolean> {
    try {
      await ports.gitea.unregister(scope, runnerId);
      return true;
    } catch (cause) {
      ports.log.warn('registration could not be deleted, left to the sweep', { runner: name, cause });
      return false;
    }
  }

  async function giveUp(why: Reason): Promise<RunnerLaunch> {
    const now = ports.now();
    ports.log.warn('runner not launched', { runner: name, job: job.id, code: why.code, sentence: why.sentence });
    await ports.store.releaseCap([holder]);
    const put = await amendJob(ports, job, (current) => {
      if (current.status !== 'queued') return undefined;
      const failures = current.failures + 1;
      return { ...current, failures, notBefore: backoffUntil(job.id, failures, now), reasons: addReason(current.reasons, why, now), timeline: addEntry(current.timeline, now, 'not launched', why.sentence) };
    });
    if (put?.notBefore !== undefined && put.notBefore !== null) await ports.queue.knock(scope, Math.max(0, put.notBefore - now));
    return { kind: 'failed', name };
  }
}

/** What EC2 refused, whether or not another pool had room: the next launch begins elsewhere. */
async function restPools(ports: FleetPorts, world: World, tried: readonly PoolRefusal[]): Promise<void> {
  const now = ports.now();
  await Promise.all(tried.map((refusal) => ports.store.saveRest(restAfter(refusal, findRest(world.rests, refusal), now))));
}

/** What follows the launch: the machine's id first, since the sweep can live without the rest. */
async function afterLaunch(ports: FleetPorts, { scope, world, grant }: GrantedLaunch, runner: Runner, result: Extract<LaunchResult, { kind: 'launched' }>): Promise<void> {
  const now = ports.now();
  const { instanceId, pool, availabilityZone, pricePerHour } = result;
  await amendRunner(ports, runner, (current) => advance(current, { state: 'booting', stage: 'launched', at: now, detail: `${pool.instanceType} ${availabilityZone ?? pool.subnet} ${pool.market}`, change: { instanceId, pool, availabilityZone, pricePerHour } }));
  const job = world.jobs.find((each) => each.id === grant.jobId)!;
  ports.log.info('runner launched', { runner: runner.name, instanceId, job: job.id, pool: `${pool.instanceType} ${availabilityZone ?? pool.subnet} ${pool.market}` });
  await Promise.all([
    ports.store.pointTo({ key: instanceId, scope: scopeKey(scope), job: null, runner: runner.name }),
    ports.store.pointTo({ key: runner.name, scope: scopeKey(scope), job: null, runner: runner.name }),
    amendJob(ports, job, (current) => ({ ...current, reasons: addReason(current.reasons, grant.reason, now), timeline: addEntry(current.timeline, now, 'launched', `${runner.name} on ${instanceId}`) })),
  ]);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
