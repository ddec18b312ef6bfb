import { GiteaError, isGiteaError } from './errors.js';

/**
 * The answer, or null where the thing itself is gone.
 *
 * Three kinds of 404 are no proof of that and stay errors: a call this server does not have, a repository that cannot be seen
 * (deleted, or the token lost its right: strangers get 404 too), and, through `confirm`, a list that cannot be read either.
 */
export async function orGone<T>(work: () => Promise<T>, confirm?: () => Promise<unknown>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!isThingMissing(error)) throw error;
    await confirm?.();
    return null;
  }
}

function isThingMissing(error: unknown): error is GiteaError {
  return isGiteaError(error, 'not-found') && !error.noSuchRoute && !error.path.startsWith('/api/v1/repositories/');
}
