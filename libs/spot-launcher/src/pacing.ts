import type { Sleep } from './sleep.js';

/**
 * Waits for the caller's turn. Answers `false`, at once and without taking a turn, if that would come only after
 * `limitMs` milliseconds.
 */
export type Pace = (limitMs: number) => Promise<boolean>;

export interface LaunchRate {
  readonly burst: number;
  readonly perSecond: number;
}

/** EC2's request bucket for RunInstances, per account and region (EC2 API reference, "Request throttling"). */
export const EC2_LAUNCH_RATE: LaunchRate = { burst: 5, perSecond: 2 };

export const unpaced: Pace = async () => true;

/**
 * A token bucket: `burst` turns at once, then `perSecond`, in the order asked for. In any stretch of t seconds at most
 * `burst + perSecond × t` turns are given. A clock that jumps back changes nothing: the bucket is as full as it was.
 */
export function createPace(rate: LaunchRate, deps: { readonly now: () => Date; readonly sleep: Sleep }): Pace {
  const intervalMs = 1000 / rate.perSecond;
  // When the bucket will be full again if nobody asks (a virtual clock: one number instead of a count and a time).
  let fullAt = Number.NEGATIVE_INFINITY;
  let seen = Number.NEGATIVE_INFINITY;
  return async (limitMs) => {
    const nowMs = deps.now().getTime();
    if (nowMs < seen) fullAt -= seen - nowMs;
    seen = nowMs;
    const nextFullAt = Math.max(fullAt, nowMs) + intervalMs;
    const waitMs = Math.max(0, nextFullAt - rate.burst * intervalMs - nowMs);
    if (waitMs > limitMs) return false;
    fullAt = nextFullAt;
    if (waitMs > 0) await deps.sleep(waitMs);
    return true;
  };
}
