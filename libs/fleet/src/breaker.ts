import { poolKey, type Pool } from './runner.js';
import { minutes, type Instant } from './time.js';
import type { AmiBreaker } from './world.js';

/** What three machines in a row that ran and never came online say. */
export interface BootVerdict {
  readonly breaker: AmiBreaker;
  /** All of them in one pool: a subnet without egress looks so. The pool rests, the AMI is not blamed. */
  readonly restPool: boolean;
}

const IN_A_ROW = 3;

/** P13: only machines that EC2 ran and that never came online count toward the breaker of (class, AMI). */
export function afterBootFailure(breaker: AmiBreaker, pool: Pool, now: Instant): BootVerdict {
  const failures = [...breaker.failures, { poolKey: poolKey(pool), at: now }].slice(-2 * IN_A_ROW);
  const recent = failures.slice(-IN_A_ROW);
  const pools = new Set(failures.map((failure) => failure.poolKey));
  const restPool = recent.length === IN_A_ROW && recent.every((failure) => failure.poolKey === poolKey(pool));
  if (restPool && pools.size === 1) return { breaker: { ...breaker, failures: [] }, restPool };
  const opens = recent.length === IN_A_ROW && pools.size > 1;
  return { breaker: { ...breaker, failures, openUntil: opens ? now + minutes(10) : breaker.openUntil }, restPool };
}

/** A machine of this AMI came online: it is well. */
export function afterOnline(breaker: AmiBreaker): AmiBreaker {
  return { ...breaker, failures: [], openUntil: null };
}
