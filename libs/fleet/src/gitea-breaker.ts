import type { GiteaPort } from './ports.js';

/** What concerns every call, not the one that failed: the token or its rights are refused, too much was asked, or no time is left. Told by the error's `kind`. */
export function isRefusal(cause: unknown): cause is Refusal {
  return cause instanceof Error && ['unauthorized', 'forbidden', 'rate-limited', 'out-of-time'].includes(String((cause as { kind?: unknown }).kind));
}

/** Then the next call fails as well, whatever it is for: no failure of the item that was in turn. */
export function refusesAll(cause: unknown): boolean {
  return isRefusal(cause) && cause.kind !== 'forbidden';
}

type Refusal = Error & { readonly kind: string };

export function sayRefusal(cause: Refusal): string {
  return `${cause.kind === 'out-of-time' ? 'Gitea is too slow' : 'Gitea refuses'}: ${cause.message}`;
}

/** Repositories may be closed to the token; three in one pass that got no answer at all are the token. */
const FORBIDDEN_BEFORE_OPEN = 3;

/**
 * Gitea for one pass. Once it refuses the token, or asks for less, nothing more is asked: each further call fails with
 * that first refusal, so nothing is decided, and a pass over many scopes is one trouble.
 */
export function breaking(gitea: GiteaPort): GiteaPort {
  let refusal: Error | undefined;
  let forbidden = 0;
  let hasAnswered = false;
  return new Proxy(gitea, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (refusal !== undefined) throw refusal;
        try {
          const answer = await (method as (...args: readonly unknown[]) => Promise<unknown>).apply(target, [...args]);
          hasAnswered = true;
          return answer;
        } catch (cause) {
          if (isRefusal(cause)) {
            forbidden += 1;
            if (refusesAll(cause) || (forbidden >= FORBIDDEN_BEFORE_OPEN && !hasAnswered)) refusal ??= cause;
          }
          throw cause;
        }
      };
    },
  });
}
