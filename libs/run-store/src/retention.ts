import { DAY_MS } from './item-key.js';

/** How long what is no longer live is kept, in milliseconds. Only such items have the `ttl` attribute. */
export const KEPT = {
  history: 90 * DAY_MS,
  deliveries: 7 * DAY_MS,
  /** Failures of a pool are remembered for a day after its rest, so that the next rest doubles. */
  rests: DAY_MS,
  reruns: 90 * DAY_MS,
} as const;

/** DynamoDB's time to live counts in whole seconds. */
export function ttlSeconds(at: number): number {
  return Math.ceil(at / 1_000);
}
