import { isOverFor } from './consumption.js';
import type { Job } from './job.js';
import { LIMITS } from './limits.js';
import { TAGS, type Instance, type RunnerRow } from './ports.js';
import { reason, type Reason, type ReasonCode } from './reason.js';
import type { Runner, RunnerOutcome } from './runner.js';
import { hours, minutes, seconds, type Instant } from './time.js';

/**
 * When a machine ends. `clock`: by time alone. `final`: Gitea, read now, says that its job is over. `row-gone`: only
 * its registration says so. The brake believes clocks and fresh answers, nothing else.
 */
export interface Ending {
  readonly instanceId: string;
  readonly reason: Reason;
  readonly backing: 'clock' | 'final' | 'row-gone' | 'operator';
  readonly force: boolean;
}

/** A machine whose tags say nothing lives as long as the longest class could ask for. */
const LIFE_WITHOUT_TAG = hours(6);

/** P15: death clocks, from EC2 and its tags alone: they run with the table and Gitea gone. */
export function clockEnding(instance: Instance, now: Instant): Ending | undefined {
  const { instanceId, state } = instance;
  if (state === 'terminated' || state === 'shutting-down') return undefined;
  // Spot machines are terminated, never stopped: a stopped one still costs its disk.
  if (state === 'stopping' || state === 'stopped') return { instanceId, reason: reason('STOPPED', { state }), backing: 'clock', force: false };
  const endsBy = endsByTag(instance);
  if (now < endsBy) return undefined;
  return { instanceId, reason: reason('DEATH_CLOCK', { endsBy: new Date(endsBy).toISOString() }), backing: 'clock', force: false };
}

export function endsByTag(instance: Instance): Instant {
  const tagged = Date.parse(instance.tags[TAGS.endsBy] ?? '');
  return Number.isNaN(tagged) ? instance.launchedAt + LIFE_WITHOUT_TAG : Math.min(tagged, instance.launchedAt + hours(30));
}

/** What is known of a runner's machine, registration and job at this moment. */
export interface Evidence {
  readonly instance: Instance;
  /** `undefined`: Gitea was not asked or did not answer. `null`: the row is gone. */
  readonly row: RunnerRow | null | undefined;
  /** Its job, as the store has it. */
  readonly job: Job | undefined;
  /** What said in this sweep, asked for that very job, that it is final: the job, or on 1.24 its runner's row. */
  readonly finalNow: 'job' | 'row' | null;
  /** An in-progress job names it. */
  readonly named: boolean;
}

/** P13, P14, P16: why this machine is ended from outside now, or `undefined`. The machine's own clock always comes first. */
export function runnerEnding(runner: Runner, evidence: Evidence, now: Instant): Ending | undefined {
  const { instance, row, job } = evidence;
  const { instanceId } = instance;
  if (instance.state === 'terminated') return undefined;
  if (instance.state === 'shutting-down') {
    const since = runner.ending?.since;
    return since !== undefined && now - since > LIMITS.shuttingDown ? { instanceId, reason: reason('SHUTDOWN_HANGS'), backing: 'clock', force: true } : undefined;
  }
  const clock = clockEnding(instance, now) ?? (now >= runner.endsBy ? { instanceId, reason: reason('DEATH_CLOCK', { endsBy: new Date(runner.endsBy).toISOString() }), backing: 'clock' as const, force: false } : undefined);
  if (clock !== undefined) return clock;

  const { launched, online } = runner.stages;
  // A claim that Gitea announced and gave back (1.27) consumed nothing: the row, which outlives no job, is still there.
  const givenBack = job !== undefined && job.runnerId !== runner.runnerId && !isOverFor(job, runner) && row != null;
  if ((runner.ran !== null && !givenBack) || evidence.named) {
    // I6: only Gitea's answer of now, and only after the grace; absence from a list is never a witness.
    if (job === undefined || !isPastGrace(job, runner, now)) return undefined;
    // A row outlives its job by no moment. One that works on, or that another job names, has another job.
    if (row?.busy === true || evidence.named) return undefined;
    if (evidence.finalNow === 'job') return { instanceId, reason: reason('JOB_FINAL', { job: job.id, conclusion: job.conclusion ?? 'unknown' }), backing: 'final', force: false };
    return evidence.finalNow === 'row' ? { instanceId, reason: reason('RUNNER_ROW_GONE'), backing: 'row-gone', force: false } : undefined;
  }
  // Without Gitea's word that it is not busy nothing unconsumed is ended but by its death clock.
  if (row === undefined || (row !== null && row.busy)) return undefined;
  // Gitea calls a runner busy for 10 s after each report: one that was, and whose row is there still, has its job still.
  if (row !== null && runner.ran === null && runner.state === 'busy') return undefined;
  if (online !== undefined && now - online > seconds(runner.limits.idleSeconds) + LIMITS.outsideMargin) return { instanceId, reason: reason('IDLE_OUT', { seconds: runner.limits.idleSeconds }), backing: 'clock', force: false };
  if (online === undefined && launched !== undefined && now - launched > seconds(runner.limits.bootSeconds) + LIMITS.outsideMargin) {
    return row === null || !row.online ? { instanceId, reason: reason('BOOT_LIMIT', { seconds: runner.limits.bootSeconds }), backing: 'clock', force: false } : undefined;
  }
  return undefined;
}

/** Is its job over for longer than the grace, as far as is known? Gitea is asked only then. */
export function isPastGrace(job: Job, runner: Runner, now: Instant): boolean {
  const { completed } = runner.stages;
  return isOverFor(job, runner) && completed !== undefined && now - Math.max(completed, job.completedAt ?? 0) > LIMITS.grace;
}

/** P24: more than max(3, 25 %) endings that nothing but a missing row backs are not believed. */
export function brake(endings: readonly Ending[], machines: number): { readonly believed: readonly Ending[]; readonly held: readonly Ending[]; readonly reason: Reason | null } {
  const unbacked = endings.filter((ending) => ending.backing === 'row-gone');
  const most = Math.max(3, Math.floor(machines * 0.25));
  if (unbacked.length <= most) return { believed: endings, held: [], reason: null };
  return { believed: endings.filter((ending) => ending.backing !== 'row-gone'), held: unbacked, reason: reason('BRAKE', { asked: unbacked.length, most }) };
}

const SPOT_TAKEN = new Set(['Server.SpotInstanceTermination', 'Server.SpotInstanceShutdown', 'Server.InternalError', 'Server.ScheduledStop']);

/** P13, P19: what became of a runner whose machine is gone. The cause comes from EC2; `conclusion` is that of its job. */
export function outcomeOf(runner: Runner, stateReason: string | null, conclusion: string | null = null): RunnerOutcome {
  const asked: Partial<Record<ReasonCode, RunnerOutcome>> = { DEATH_CLOCK: 'clock', STOPPED: 'clock', BOOT_LIMIT: 'boot-failed', IDLE_OUT: 'idle-out', JOB_FINAL: 'used', RUNNER_ROW_GONE: 'used' };
  const byUs = runner.ending === null ? undefined : asked[runner.ending.code as ReasonCode];
  if (byUs !== undefined) return byUs;
  // EC2 forgets a machine an hour after its end: where nobody looked in that time it may have taken it.
  const isTaken = stateReason === null ? runner.missing > 0 && runner.ran !== null && !runner.registrationGone : SPOT_TAKEN.has(stateReason);
  // Its system stops the runner, which still reports the job that it kills as a failure.
  if (runner.stages.completed !== undefined) return isTaken && conclusion === 'failure' ? 'interrupted' : 'used';
  if (isTaken) return 'interrupted';
  // A machine that powered itself off after its runner's exit is no interruption, though Gitea may still say in_progress.
  // Gitea deletes an ephemeral row in the moment its job is final: a row that is gone before we delete it ran a job,
  // also one that was too short to be seen online.
  if (runner.ran !== null || runner.registrationGone || runner.stages.picked !== undefined || runner.state === 'busy') return 'used';
  return runner.stages.online === undefined ? 'boot-failed' : 'idle-out';
}

/** Did it go down by its own clocks, or was it ended for its boot limit? Else EC2 or a person ended it. */
export function endedItself(runner: Runner, stateReason: string | null): boolean {
  return stateReason === null || stateReason === 'Client.InstanceInitiatedShutdown' || runner.ending?.code === 'BOOT_LIMIT';
}

/**
 * A name without a machine: how long it is looked for before it counts as never launched or gone. One that was launched
 * is shown for an hour after its end: it is missing because EC2's reads lag behind, or because nobody looked for so long.
 */
export function missingFor({ instanceId, ran, stages }: Runner): number {
  return instanceId === null && ran === null && stages.online === undefined ? LIMITS.launching : minutes(10);
}
