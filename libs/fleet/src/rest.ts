import type { PoolRefusal } from './ports.js';
import { poolKey } from './runner.js';
import { hours, minutes, type Instant } from './time.js';
import type { PoolRest } from './world.js';

/**
 * P12: how long a pool rests after a refusal. Capacity, and machines that never come online:
 * 3 minutes doubling to 30. A type the zone does not have: 24 h. A quota: 5 minutes.
 */
export function restAfter(refusal: PoolRefusal, before: PoolRest | undefined, now: Instant): PoolRest {
  // A rest that ended long ago says nothing about today.
  const failures = before !== undefined && now - before.until < hours(1) ? before.failures + 1 : 1;
  const doubling = Math.min(minutes(3) * 2 ** (failures - 1), minutes(30));
  const length = { capacity: doubling, 'never-online': doubling, 'subnet-full': minutes(3), unsupported: hours(24), 'spot-quota': minutes(5), 'on-demand-quota': minutes(5) }[refusal.cause];
  return { pool: refusal.pool, cause: refusal.cause, code: refusal.code, failures, until: now + length };
}

export function findRest(rests: readonly PoolRest[], refusal: PoolRefusal): PoolRest | undefined {
  return rests.find((rest) => poolKey(rest.pool) === poolKey(refusal.pool));
}
