import type { RunnerRegistration, SimulatedJob } from '../gitea/gitea-state.js';
import { claim, offer } from '../gitea/claims.js';
import { finish } from '../gitea/jobs.js';
import { isOut } from '../world/misbehaviour.js';
import { between, chance } from '../world/random.js';
import { foresee, foreseeIn, traits, type Simulation } from '../world/simulation.js';
import type { Machine } from './ec2-state.js';
import { hasFault, leave, say } from './machine.js';

const RETRY = 5_000;
/** What a runner spends on trying to report for a registration that is gone. */
const VAIN_REPORT = 50_000;
/** A request that its client gives up loses its job in about this many cases (≤ 1.26). */
const ABORTED_CLAIM_LOSES = 0.7;

/** A job became ready: runners that wait in its scope look at their next poll. */
export function wakeRunners(simulation: Simulation, job: SimulatedJob): void {
  const { ec2, gitea } = simulation.state;
  for (const instanceId of ec2.idle) {
    const machine = ec2.machines.get(instanceId);
    const registration = machine && gitea.registrations.get(machine.request.runnerId);
    if (!machine || machine.fetching || !registration || !covers(simulation, registration, job)) continue;
    foreseeIn(simulation, simulation.timing.poll, { kind: 'fetch', instanceId });
  }
}

function covers(simulation: Simulation, { repositoryId, owner }: RunnerRegistration, job: SimulatedJob): boolean {
  if (repositoryId !== null) return repositoryId === job.repositoryId;
  return owner === null || simulation.state.gitea.repositories.get(job.repositoryId)?.owner.toLowerCase() === owner.toLowerCase();
}

export function goOnline(simulation: Simulation, machine: Machine): void {
  const { gitea, ec2, misbehaviour, now } = simulation.state;
  if (machine.phase !== 'booting' || hasFault(machine, 'never-online')) return;
  const { instanceId, request } = machine;
  if (isOut(misbehaviour, 'gitea', now)) return foresee(simulation, now + RETRY, { kind: 'online', instanceId });
  const registration = gitea.registrations.get(request.runnerId);
  if (!registration) return leave(simulation, machine, 'the registration is gone');
  registration.online = true;
  registration.capabilities = ec2.declaresCancelling ? ['cancelling'] : [];
  machine.phase = 'idle';
  machine.onlineAt = now;
  ec2.idle.add(instanceId);
  say(simulation, machine, 'runner online');
  foresee(simulation, now + request.limits.idleSeconds * 1_000, { kind: 'idle-limit', instanceId });
  foresee(simulation, now + 50, { kind: 'fetch', instanceId });
}

export function fetchTask(simulation: Simulation, machine: Machine): void {
  const { gitea, misbehaviour, now } = simulation.state;
  if (machine.phase !== 'idle' || machine.fetching) return;
  const { instanceId } = machine;
  if (isOut(misbehaviour, 'gitea', now)) return foresee(simulation, now + RETRY, { kind: 'fetch', instanceId });
  const registration = gitea.registrations.get(machine.request.runnerId);
  if (!registration) return leave(simulation, machine, 'the registration is gone');
  const offered = offer(simulation, registration);
  if (offered === 'fails') return foresee(simulation, now + RETRY, { kind: 'fetch', instanceId });
  if (!offered) return;
  machine.fetching = { jobId: offered.id };
  const took = between(simulation.state.random, simulation.timing.fetch);
  if (took === 0) answerFetch(simulation, machine);
  else foresee(simulation, now + took, { kind: 'claim', instanceId });
}

/** The end of a FetchTask: the guarded claim of the job that was found at its start. */
export function answerFetch(simulation: Simulation, machine: Machine): void {
  const { gitea, random, ec2 } = simulation.state;
  const job = machine.fetching && gitea.jobs.get(machine.fetching.jobId);
  machine.fetching = null;
  const runner = { id: machine.request.runnerId, name: gitea.registrations.get(machine.request.runnerId)?.name ?? machine.request.name };
  if (machine.phase !== 'idle') {
    if (!job || traits(simulation).returnsAbortedClaim || !chance(random, ABORTED_CLAIM_LOSES)) return;
    if (claim(simulation, job, runner, machine.instanceId)) job.silentSince = simulation.state.now;
    return;
  }
  if (job && claim(simulation, job, runner, machine.instanceId)) return startJob(simulation, machine, job);
  if (!traits(simulation).singleShotClaim) return fetchTask(simulation, machine);
  say(simulation, machine, 'no task');
  if (ec2.restartsDaemon) foreseeIn(simulation, [5_000, 6_500], { kind: 'fetch', instanceId: machine.instanceId });
}

function startJob(simulation: Simulation, machine: Machine, job: SimulatedJob): void {
  const { ec2, random, now } = simulation.state;
  const { instanceId } = machine;
  machine.phase = 'busy';
  machine.jobId = job.id;
  ec2.idle.delete(instanceId);
  say(simulation, machine, `job started: ${job.name}`);
  const duration = job.plan.conclusion === 'skipped' || job.plan.condition === 'never' ? 400 : (job.plan.durationMs ?? between(random, simulation.timing.job));
  const dies = machine.faults.find((fault) => fault.kind === 'dies-in-job');
  if (dies) foresee(simulation, now + dies.afterMs, { kind: 'dies-in-job', instanceId });
  if (!hasFault(machine, 'job-hangs')) foresee(simulation, now + duration, { kind: 'job-end', instanceId, jobId: job.id, attempt: job.attempt });
  foresee(simulation, now + machine.request.limits.jobMinutes * 60_000, { kind: 'job-limit', instanceId, jobId: job.id, attempt: job.attempt });
}

/** Its next report is answered with `cancelled`: it stops the job, runs the `always()` steps and exits some seconds later. */
export function tellCancelled(simulation: Simulation, job: SimulatedJob): void {
  const machine = [...simulation.state.ec2.machines.values()].find((each) => each.jobId === job.id && each.phase === 'busy');
  if (machine) foreseeIn(simulation, [2_000, 6_000], { kind: 'job-end', instanceId: machine.instanceId, jobId: job.id, attempt: job.attempt });
}

/** The runner reports what its job came to, and exits. With the registration gone it tries for 50 s in vain. */
export function endJob(simulation: Simulation, machine: Machine, attempt: number): void {
  const { gitea, misbehaviour, now } = simulation.state;
  const job = machine.jobId === null ? undefined : gitea.jobs.get(machine.jobId);
  if (machine.phase !== 'busy') return;
  machine.reportingSince ??= now;
  const isGone = !gitea.registrations.has(machine.request.runnerId);
  if ((isOut(misbehaviour, 'gitea', now) || isGone) && now - machine.reportingSince < VAIN_REPORT) {
    return foresee(simulation, now + RETRY, { kind: 'job-end', instanceId: machine.instanceId, jobId: machine.jobId ?? 0, attempt });
  }
  if (!isGone && job && isHeld(machine, job)) {
    if (isOut(misbehaviour, 'gitea', now)) job.silentSince ??= machine.reportingSince;
    else finish(simulation, job, job.state === 'cancelling' ? 'cancelled' : conclusionOf(job), 'report');
  }
  leave(simulation, machine, 'runner ended after its job');
}

function conclusionOf(job: SimulatedJob): 'success' | 'failure' | 'skipped' {
  return job.plan.conclusion ?? (job.plan.condition === 'never' ? 'skipped' : 'success');
}

/** The daemon stops. With every process of the job signalled it reports a failure at once; otherwise nobody reports. */
export function stopDaemon(simulation: Simulation, machine: Machine, reports: boolean): void {
  const { gitea, ec2, misbehaviour, now } = simulation.state;
  ec2.idle.delete(machine.instanceId);
  const registration = gitea.registrations.get(machine.request.runnerId);
  const job = machine.jobId === null ? undefined : gitea.jobs.get(machine.jobId);
  if (machine.phase === 'busy' && job && isHeld(machine, job)) {
    if (reports && registration && !isOut(misbehaviour, 'gitea', now)) finish(simulation, job, job.state === 'cancelling' ? 'cancelled' : 'failure', 'report');
    else job.silentSince ??= now;
  }
  if (!registration || machine.onlineAt === null) return;
  registration.online = false;
  registration.lastOnline = now;
  if (registration.jobId !== null) registration.lastActive = now;
}

function isHeld(machine: Machine, job: SimulatedJob): boolean {
  return (job.state === 'running' || job.state === 'cancelling') && job.runnerId === machine.request.runnerId;
}
