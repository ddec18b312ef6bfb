import type { LaunchErrorClass, PoolErrorClass } from './launch-errors.js';
import type { Pool } from './pool.js';

/** A pool that definitely did not launch, for a reason that another pool may not have. */
export interface Refusal {
  readonly pool: Pool;
  readonly code: string;
  readonly class: PoolErrorClass;
}

interface Tried {
  /** The pools that refused on the way, so that the caller can remember them (`rememberRefusal`). */
  readonly tried: readonly Refusal[];
}

export interface Launched extends Tried {
  readonly kind: 'launched';
  readonly instanceId: string;
  readonly pool: Pool;
  readonly availabilityZone: string | undefined;
  readonly launchTime: Date;
}

/** Nothing runs: no pool was left to try, or no time for another. */
export interface NoCapacity extends Tried {
  readonly kind: 'no-capacity';
  /** What was not tried because it rests, `until` in milliseconds since 1970. */
  readonly resting: readonly { readonly pool: Pool; readonly until: number }[];
  readonly sentence: string;
}

/** Nothing runs, and another pool would not help. Of class `already-ended`, a machine did run under this name, and is over. */
export interface Refused extends Tried {
  readonly kind: 'refused';
  readonly pool: Pool;
  readonly code: string;
  readonly class: LaunchErrorClass;
  /** Time will not help either, only another configuration or permission. */
  readonly permanent: boolean;
  /** What happened, why, and what helps. */
  readonly sentence: string;
  /** The same in two parts. */
  readonly reason: string;
  readonly remedy: string;
  /** What EC2 said itself. */
  readonly detail: string;
}

/** A machine may run. Look for it by its tags; never launch another under this name. */
export interface UnknownOutcome extends Tried {
  readonly kind: 'unknown';
  readonly pool: Pool;
  readonly clientToken: string;
  readonly cause: unknown;
  readonly sentence: string;
}

export type LaunchOutcome = Launched | NoCapacity | Refused | UnknownOutcome;
