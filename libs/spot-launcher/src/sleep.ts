import { setTimeout as timeout } from 'node:timers/promises';

export type Sleep = (ms: number) => Promise<void>;

export const sleepForReal: Sleep = async (ms) => {
  await timeout(ms);
};

/** Full jitter: anywhere between nothing and a bound that doubles with each attempt (AWS architecture blog, "Exponential Backoff And Jitter"). */
export function fullJitterMs(attempt: number, random: () => number, limits = { firstMs: 500, longestMs: 8_000 }): number {
  return Math.floor(random() * Math.min(limits.firstMs * 2 ** attempt, limits.longestMs));
}
