import type { Job } from './job.js';
import { poolReason } from './pool-reason.js';
import { allowsOnDemand, poolsOf, restOf } from './pools.js';
import { reason, type Reason } from './reason.js';
import type { RunnerClass } from './runner-class.js';
import { scopeKey } from './scope.js';
import type { Instant } from './time.js';
import type { World } from './world.js';

/** What this pass has granted so far, besides what the snapshot holds. */
export interface Granted {
  readonly all: number;
  readonly byClass: ReadonlyMap<string, number>;
}

export interface Refusal {
  readonly reason: Reason;
  readonly until: Instant | null;
}

/** P10: the first gate that refuses is the reason. */
export function refusingGate(job: Job, runnerClass: RunnerClass, world: World, granted: Granted, now: Instant): Refusal | undefined {
  return breakerGate(runnerClass, world, granted, now) ?? poolGate(job, runnerClass, world, now) ?? capGate(runnerClass, world, granted) ?? budgetGate(world);
}

function breakerGate({ id }: RunnerClass, world: World, granted: Granted, now: Instant): Refusal | undefined {
  const breaker = world.breakers.find((each) => each.classId === id && each.openUntil !== null);
  if (breaker === undefined || breaker.openUntil === null) return undefined;
  // After its time one machine may prove that the AMI is well; until it did, no second one starts.
  const probing = (granted.byClass.get(id) ?? 0) > 0 || world.runners.some((runner) => runner.classId === id && (runner.state === 'launching' || runner.state === 'registered' || runner.state === 'booting'));
  if (now >= breaker.openUntil && !probing) return undefined;
  return { reason: reason('AMI_BREAKER', { classId: id, amiId: breaker.amiId }), until: Math.max(breaker.openUntil, now) };
}

function poolGate(job: Job, runnerClass: RunnerClass, world: World, now: Instant): Refusal | undefined {
  if (world.rests.length === 0) return undefined;
  const rests = poolsOf(runnerClass, world.subnets, allowsOnDemand(runnerClass, job)).map((pool) => restOf(pool, world.rests, now));
  const resting = rests.filter((rest) => rest !== undefined);
  if (rests.length === 0 || resting.length < rests.length) return undefined;
  const until = Math.min(...resting.map((rest) => rest.until));
  return { reason: poolReason(runnerClass.id, resting.map((rest) => rest.cause)), until };
}

function capGate(runnerClass: RunnerClass, world: World, granted: Granted): Refusal | undefined {
  const { cap, capLimits } = world;
  const full = (which: 'all' | 'class' | 'scope'): Refusal => ({ reason: capReason(which, runnerClass.id, runnerClass.limits.concurrent, world), until: null });
  if (cap.all + granted.all >= capLimits.all) return full('all');
  const ofClass = (cap.byClass[runnerClass.id] ?? 0) + (granted.byClass.get(runnerClass.id) ?? 0);
  if (ofClass >= runnerClass.limits.concurrent) return full('class');
  const ofScope = (cap.byScope[scopeKey(world.scope)] ?? 0) + granted.all;
  if (ofScope >= capLimits.perScope) return full('scope');
  return undefined;
}

function budgetGate({ budget }: World): Refusal | undefined {
  if (budget.perDay === null || budget.spentToday < budget.perDay) return undefined;
  return { reason: reason('BUDGET', { spent: budget.spentToday.toFixed(2), perDay: budget.perDay.toFixed(2) }), until: null };
}

/** The reason a refused place gives. */
export function capReason(cap: 'all' | 'class' | 'scope', classId: string, perClass: number, world: World): Reason {
  switch (cap) {
    case 'all':
      return reason('CAP_ALL', { cap: world.capLimits.all });
    case 'class':
      return reason('CAP_CLASS', { classId, cap: perClass });
    case 'scope':
      return reason('CAP_SCOPE', { cap: world.capLimits.perScope });
  }
}
