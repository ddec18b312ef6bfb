import { poolKey, type Pool } from './runner.js';
import { minutes, type Instant } from './time.js';
import type { AmiBreaker } from './world.js';

/** What three machines in a row that ran and never came online say. */
export interface BootVerdict {
  readonly breaker: AmiBreaker;
  /** Three in a row of this pool: a subnet without egress looks so. The pool rests. */
  readonly restPool: boolean;
}

const IN_A_ROW = 3;
const MOST_FAILURES = 12;

/**
 * P12, P13: only machines that EC2 ran and that never came online count. In a row of one pool, whatever comes online
 * elsewhere: that pool rests. In a row of the AMI, in more than one pool: the breaker of (class, AMI) opens.
 */
export function afterBootFailure(breaker: AmiBreaker, pool: Pool, now: Instant): BootVerdict {
  const key = poolKey(pool);
  const failures = [...breaker.failures, { poolKey: key, at: now }].slice(-MOST_FAILURES);
  const restPool = failures.filter((failure) => failure.poolKey === key).length >= IN_A_ROW;
  const against = failures.filter((failure) => failure.at > (breaker.since ?? 0));
  const pools = new Set(against.map((failure) => failure.poolKey));
  // The AMI is not blamed for what a single pool does.
  if (restPool && pools.size <= 1) return { breaker: { ...breaker, failures, since: now }, restPool };
  const opens = against.length >= IN_A_ROW && pools.size > 1;
  return { breaker: { ...breaker, failures, openUntil: opens ? now + minutes(10) : breaker.openUntil }, restPool };
}

/** A machine of this AMI came online in this pool: both are well. `undefined`: that is known. */
export function afterOnline(breaker: AmiBreaker, pool: Pool | null, online: Instant): AmiBreaker | undefined {
  const last = breaker.failures.at(-1)?.at ?? 0;
  const failures = breaker.failures.filter((failure) => pool === null || failure.poolKey !== poolKey(pool) || failure.at >= online);
  const isKnown = breaker.openUntil === null && failures.length === breaker.failures.length && (breaker.since ?? 0) >= last;
  return online <= last || isKnown ? undefined : { ...breaker, failures, openUntil: null, since: online };
}
