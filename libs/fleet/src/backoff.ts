import { minutes, seconds, type Instant } from './time.js';

/**
 * P9: 15 s doubling to 15 min, spread over ±20 % by a hash of the key, so that what failed together does not try
 * again together, and that the same failure always yields the same time.
 */
export function backoffUntil(key: string, failures: number, now: Instant): Instant {
  const base = Math.min(seconds(15) * 2 ** Math.max(0, failures - 1), minutes(15));
  return now + Math.round(base * (0.8 + 0.4 * fraction(`${key}#${failures}`)));
}

/** FNV-1a as a fraction in [0, 1): a hash for spreading, not for secrets. */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
