import type { Action } from './action.js';
import { classFor, failedExpression, nearestClass } from './class-match.js';
import { refusingGate, type Granted } from './gates.js';
import type { Job } from './job.js';
import { LIMITS } from './limits.js';
import { compare, matchSupply } from './matching.js';
import { reason, type Reason, type ReasonCode } from './reason.js';
import { replacedPlans } from './planned-job.js';
import { listsRepository } from './repository-list.js';
import type { RunnerClass } from './runner-class.js';
import { runnerName } from './runner-name.js';
import { isUnconsumed } from './runner.js';
import { liveGrants, supplyOf } from './supply.js';
import type { Instant } from './time.js';
import type { PlanItem, World } from './world.js';

/** P11. */
export const GRANTS_PER_PASS = 10;
/** P4: after so many machines idled out beside a job, its class gets one probe at a time in this scope. */
export const IDLE_OUTS_TO_DOUBT = 2;

/**
 * Why a runner starts or a job waits: one scope's world in, one action for every job that is not final or running.
 *
 * Pure, total and independent of the order of its input. Planning again after its grants are applied grants nothing.
 */
export function plan(world: World, now: Instant): readonly Action[] {
  const replaced = replacedPlans(world.jobs);
  const open = [...world.jobs].filter((job) => (job.status === 'queued' || job.status === 'blocked') && !replaced.has(job.id)).sort((a, b) => a.queuedAt - b.queuedAt || compare(a.id, b.id));
  const guard = guardOf(world, now);
  const actions: Action[] = [];
  const demand: { job: Job; runnerClass: RunnerClass }[] = [];
  for (const job of open) {
    const sorted = guard === undefined || job.status === 'blocked' ? sortJob(job, world, now) : hold(job, guard);
    if ('kind' in sorted) actions.push(sorted);
    else demand.push({ job, runnerClass: sorted });
  }
  return [...actions, ...grant(demand, world, now)];
}

/** P1: what forbids every grant. Clocks run on elsewhere. */
function guardOf(world: World, now: Instant): Reason | undefined {
  if (world.paused === true) return reason('PAUSED', { what: 'all classes' });
  if (now - world.lastAnswer.gitea > LIMITS.silence) return reason('GITEA_SILENT');
  if (now - world.lastAnswer.ec2 > LIMITS.silence) return reason('EC2_SILENT');
  return undefined;
}

/** P2 to P4: the job's class if it is demand, else why it is not. */
function sortJob(job: Job, world: World, now: Instant): RunnerClass | Action {
  if (job.status === 'blocked') return hold(job, reason('BLOCKED'));
  const failed = failedExpression(job.labels);
  if (failed !== undefined) return hold(job, reason('EXPRESSION_FAILED', { label: failed }));
  if (job.caller === true) return hold(job, reason('CALLER'));
  const runnerClass = classFor(job.labels, world.classes);
  if (runnerClass === undefined) {
    return hold(job, job.labels.length === 0 ? reason('EMPTY_LABELS') : reason('FOREIGN_LABELS', { labels: job.labels.join(', '), nearest: nearestClass(job.labels, world.classes) }));
  }
  if ((runnerClass.instanceProfile || runnerClass.sudo) && world.scope.kind !== 'repository') return hold(job, reason('ELEVATED_SCOPE', { classId: runnerClass.id }));
  if (runnerClass.allowedRepositories !== null && !listsRepository(runnerClass.allowedRepositories, job.repository.fullName)) {
    return hold(job, reason('NOT_ALLOWED', { classId: runnerClass.id, repository: job.repository.fullName }));
  }
  if (world.paused !== false && world.paused !== true && world.paused.includes(runnerClass.id)) return hold(job, reason('PAUSED', { what: `class "${runnerClass.id}"` }));
  return unconfirmed(job, world, now) ?? runnerClass;
}

/** P4: demand is what somebody confirmed lately. On Gitea ≥ 1.27 a row that no delivery announced may be a caller, which no runner takes. */
function unconfirmed(job: Job, world: World, now: Instant): Action | undefined {
  // A planned job cannot be read: where jobs can be listed, its row takes its place within seconds, or never.
  if (job.planned !== undefined && world.server.jobsApi) return job.idleOuts >= IDLE_OUTS_TO_DOUBT || now - job.confirmedAt > LIMITS.confirmed ? hold(job, reason('PLAN_ONLY')) : undefined;
  if (!world.server.jobsApi) return job.idleOuts >= IDLE_OUTS_TO_DOUBT ? hold(job, reason('UNCONFIRMED')) : undefined;
  const mayBeCaller = world.server.newIdPerAttempt && !job.announced && job.caller === null;
  if (mayBeCaller || now - job.confirmedAt > LIMITS.confirmed || (job.doubtedAt ?? 0) > job.confirmedAt) return { kind: 'confirm', jobId: job.id, reason: reason('CONFIRMING') };
  return undefined;
}

/** P6, P8, P9, P10, P11: what supply does not cover is granted, oldest first, as far as the gates let it. */
function grant(demand: readonly { job: Job; runnerClass: RunnerClass }[], world: World, now: Instant): readonly Action[] {
  const supply = supplyOf(world, now);
  const doubts = doubtedClasses(demand, now);
  const isHeldBack = (job: Job, runnerClass: RunnerClass) => (job.notBefore ?? 0) > now || doubts.has(runnerClass.id) || refusingGate(job, runnerClass, world, NOTHING, now) !== undefined;
  const matched = matchSupply(demand.map(({ job, runnerClass }) => ({ id: job.id, labels: job.labels, since: job.queuedAt, heldBack: isHeldBack(job, runnerClass) })), supply);
  const byClass = new Map<string, number>();
  let granted = 0;
  return demand.map(({ job, runnerClass }): Action => {
    const runner = matched.get(job.id);
    if (runner !== undefined) return hold(job, reason('SERVED', { runner }));
    const doubt = doubts.get(runnerClass.id);
    if (doubt !== undefined && (doubt > now || byClass.has(runnerClass.id) || hasProbe(runnerClass, world, now))) {
      return hold(job, reason('NOT_HANDED_OVER', { classId: runnerClass.id }), doubt > now ? doubt : null);
    }
    if (job.notBefore !== null && job.notBefore > now) return hold(job, waitingReason(job), job.notBefore);
    const refusal = refusingGate(job, runnerClass, world, { all: granted, byClass }, now);
    if (refusal !== undefined) return hold(job, refusal.reason, refusal.until);
    if (granted >= GRANTS_PER_PASS) return hold(job, reason('TURN', { perPass: GRANTS_PER_PASS }));
    const name = runnerName({ installation: world.installation, classId: runnerClass.id, scope: world.scope, epoch: world.plan.epoch + 1, count: granted });
    granted += 1;
    byClass.set(runnerClass.id, (byClass.get(runnerClass.id) ?? 0) + 1);
    return { kind: 'grant', name, classId: runnerClass.id, jobId: job.id, reason: reason('GRANTED', { classId: runnerClass.id, queued: demand.length, supply: supply.length }) };
  });
}

/** Why its last machine did not come to life, in the words of that failure. */
function waitingReason(job: Job): Reason {
  const last = job.reasons.find((each) => FAILURES.has(each.code));
  return last === undefined ? reason('BACKOFF', { failures: job.failures, cause: 'its last machine did not come to life' }) : { code: last.code, sentence: last.sentence, remedy: last.remedy };
}

const FAILURES: ReadonlySet<ReasonCode> = new Set(['NO_CAPACITY', 'SPOT_QUOTA', 'ON_DEMAND_QUOTA', 'SUBNET_FULL', 'TYPE_UNSUPPORTED', 'NEVER_ONLINE', 'LAUNCH_REFUSED', 'LAUNCH_PUT_OFF', 'REGISTRATION_REFUSED', 'BOOT_LIMIT', 'ENDED_BOOTING', 'NEVER_LAUNCHED']);

/**
 * P4: classes of which machines idled out beside a queued job, with the end of the pause before the next probe. A row
 * that Gitea cannot give out holds back every job behind it, so the doubt is of the class, not of the one job.
 */
function doubtedClasses(demand: readonly { job: Job; runnerClass: RunnerClass }[], now: Instant): ReadonlyMap<string, Instant> {
  const doubts = new Map<string, Instant>();
  for (const { job, runnerClass } of demand.filter((each) => each.job.idleOuts >= IDLE_OUTS_TO_DOUBT)) {
    doubts.set(runnerClass.id, Math.max(doubts.get(runnerClass.id) ?? now, job.notBefore ?? now));
  }
  return doubts;
}

/** Is a machine of the class on its way or idle? A stalled one counts too: it is no supply, but it still costs. */
function hasProbe(runnerClass: RunnerClass, world: World, now: Instant): boolean {
  return liveGrants(world, now).some((grant) => grant.classId === runnerClass.id) || world.runners.some((runner) => runner.classId === runnerClass.id && isUnconsumed(runner));
}

/** The plan item that reserves the granted names: the epoch after the one that was read, without grants that are void or became runners. */
export function nextPlan(world: World, actions: readonly Action[], now: Instant): PlanItem {
  const kept = liveGrants(world, now);
  const added = actions.filter((action) => action.kind === 'grant').map(({ name, classId, jobId }) => ({ name, classId, jobId, grantedAt: now }));
  return { epoch: world.plan.epoch + 1, grants: [...kept, ...added] };
}

const NOTHING: Granted = { all: 0, byClass: new Map() };

function hold(job: Job, why: Reason, until: Instant | null = null): Action {
  return { kind: 'hold', jobId: job.id, reason: why, until };
}
