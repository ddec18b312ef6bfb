import { isGiteaError, type GiteaClient, type GiteaError } from '@tinqs/gitea-client';

/** Where a 429 names no time. */
const DEFAULT_MS = 60_000;
/** A proxy that asks for more would silence everything for longer than an outage. */
const MOST_MS = 5 * 60_000;

/**
 * Asks nothing while a 429 asks for silence: each call until `Retry-After` is over fails with that first answer. Gitea
 * has no limit of its own; a proxy before it has.
 */
export function honouringRateLimit(client: GiteaClient, now: () => number): GiteaClient {
  let silence: { readonly until: number; readonly error: GiteaError } | undefined;
  const watch = <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (silence !== undefined && now() < silence.until) throw silence.error;
      try {
        return await call(...args);
      } catch (error) {
        if (isGiteaError(error, 'rate-limited')) silence = { until: now() + Math.min(error.retryAfterSeconds === null ? DEFAULT_MS : error.retryAfterSeconds * 1_000, MOST_MS), error };
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(client).map(([name, value]) => [name, typeof value === 'function' ? watch(value as (...args: readonly unknown[]) => Promise<unknown>) : value])) as unknown as GiteaClient;
}
