import type { LaunchErrorClass } from './launch-errors.js';
import type { Pool } from './pool.js';

/** A pool that definitely did not launch, and why. */
export interface Refusal {
  readonly pool: Pool;
  readonly code: string;
  readonly class: LaunchErrorClass;
}

/** Every outcome says which pools refused on the way, so that the caller can remember them (`rememberRefusal`). */
export type LaunchOutcome =
  | { readonly kind: 'launched'; readonly instanceId: string; readonly pool: Pool; readonly availabilityZone: string | undefined; readonly launchTime: Date; readonly tried: readonly Refusal[] }
  /** No pool was left to try, or no time for another: they refused, or rest (`until` in milliseconds since 1970). */
  | { readonly kind: 'no-capacity'; readonly tried: readonly Refusal[]; readonly resting: readonly { readonly pool: Pool; readonly until: number }[] }
  /**
   * Nothing runs, and another pool would not help. `permanent`: nor will time, only another configuration or permission.
   * `detail` is what EC2 said itself. Of class `already-ended`, a machine did run under this name, and is over.
   */
  | { readonly kind: 'refused'; readonly code: string; readonly class: LaunchErrorClass; readonly permanent: boolean; readonly sentence: string; readonly detail?: string; readonly tried: readonly Refusal[] }
  /** A machine may run. Look for it by its tags; never launch another under this name. */
  | { readonly kind: 'unknown'; readonly pool: Pool; readonly clientToken: string; readonly cause: unknown; readonly sentence: string; readonly tried: readonly Refusal[] };
