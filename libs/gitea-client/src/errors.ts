/**
 * What went wrong between us and Gitea.
 *
 * - `unauthorized`: the token is unknown (401). `forbidden`: it lacks a scope or a right (403).
 * - `not-found`: 404. Private things answer so to strangers too; `noSuchRoute` says that this server does not have the call at all.
 * - `refused`: the request itself is not acceptable (400, 409, 422 and other 4xx).
 * - `rate-limited`: 429, from a proxy: Gitea has no limit of its own. `server`: 5xx.
 * - `unreachable`: no answer. Whether a write was done is unknown.
 * - `redirected`: to another host, or of a write. Nothing was done, and the token went nowhere.
 * - `unexpected-answer`: an answer that is not what Gitea sends, a 404 of a proxy among them.
 */
export type GiteaErrorKind = 'unauthorized' | 'forbidden' | 'not-found' | 'refused' | 'rate-limited' | 'server' | 'unreachable' | 'redirected' | 'unexpected-answer';

export interface GiteaErrorFacts {
  readonly kind: GiteaErrorKind;
  readonly method: string;
  readonly path: string;
  readonly status?: number | undefined;
  readonly sentence: string;
  readonly noSuchRoute?: boolean;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** A failed call: which, how, and in what words; never with a token in it. */
export class GiteaError extends Error {
  override readonly name = 'GiteaError';
  readonly kind: GiteaErrorKind;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number | null;
  /** What happened, without the call: Gitea's own words where it gave any. They change with every version. */
  readonly sentence: string;
  /** 404 because the server is too old (or too new) for the call, not because the thing is missing. */
  readonly noSuchRoute: boolean;
  /** From `Retry-After`, where the answer had one. */
  readonly retryAfterSeconds: number | null;

  constructor({ kind, method, path, status, sentence, noSuchRoute = false, retryAfterSeconds, cause }: GiteaErrorFacts) {
    super(`${method} ${path}: ${status === undefined ? '' : `${status}, `}${sentence}`, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.method = method;
    this.path = path;
    this.status = status ?? null;
    this.sentence = sentence;
    this.noSuchRoute = noSuchRoute;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
  }
}

/**
 * Tells whether something thrown is a `GiteaError`, of one of the kinds where some are named. By its name: a file that is
 * loaded late has a copy of this library, and so of the class.
 */
export function isGiteaError(error: unknown, ...kinds: readonly GiteaErrorKind[]): error is GiteaError {
  if (!(error instanceof Error) || error.name !== 'GiteaError') return false;
  return kinds.length === 0 || kinds.includes((error as GiteaError).kind);
}
