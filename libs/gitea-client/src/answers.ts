import type { FetchAnswer, GiteaAnswer, GiteaRequest } from './connection.js';
import { GiteaError, type GiteaErrorKind } from './errors.js';

export async function readAnswer(answer: FetchAnswer, headOnly: boolean): Promise<GiteaAnswer> {
  if (headOnly) await answer.body?.cancel();
  return { status: answer.status, text: headOnly ? '' : await answer.text(), header: (name) => answer.headers.get(name) };
}

/** The error for an answer of 400 and above. */
export function answerError({ method, path }: GiteaRequest, answer: FetchAnswer, text: string, secrets: readonly string[]): GiteaError {
  // Gitea's router answers in plain text, its handlers in JSON.
  const noSuchRoute = answer.status === 405 || (answer.status === 404 && /^404 page not found\s*$/.test(text));
  return new GiteaError({
    kind: answer.status === 404 && !noSuchRoute && !namesItsApi(text) ? 'unexpected-answer' : kindOf(answer.status),
    method,
    path,
    status: answer.status,
    sentence: redact(sentenceOf(text), secrets),
    noSuchRoute,
    retryAfterSeconds: readRetryAfter(answer.headers),
  });
}

export function redirectError({ method, path }: GiteaRequest, status: number, from: URL, location: string | null): GiteaError {
  const to = location !== null && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const place = to === undefined ? 'nowhere' : to.origin === from.origin ? to.pathname : to.origin;
  return new GiteaError({ kind: 'redirected', method, path, status, sentence: `redirected to ${place}, not followed` });
}

/** The error for a call without an answer: connection, TLS, time-out, abort. */
export function unreachable({ method, path, signal }: GiteaRequest, cause: unknown, timeoutMs: number, secrets: readonly string[]): GiteaError {
  const timedOut = signal?.aborted !== true && cause instanceof Error && cause.name === 'TimeoutError';
  const sentence = timedOut ? `no answer within ${timeoutMs / 1000} s` : signal?.aborted === true ? 'given up' : `no answer: ${redact(deepest(cause), secrets)}`;
  return new GiteaError({ kind: 'unreachable', method, path, sentence, cause });
}

function kindOf(status: number): GiteaErrorKind {
  const kinds: Record<number, GiteaErrorKind> = { 401: 'unauthorized', 403: 'forbidden', 404: 'not-found', 405: 'not-found', 429: 'rate-limited' };
  return kinds[status] ?? (status >= 500 ? 'server' : 'refused');
}

/** A proxy or gateway that has lost Gitea answers 404 to everything: by that nothing is gone. All handlers of 1.24 to 1.27 name their API's page (`services/context/api.go`). */
function namesItsApi(text: string): boolean {
  try {
    return String((JSON.parse(text) as { url?: unknown } | null)?.url).endsWith('/api/swagger');
  } catch {
    return false;
  }
}

const longestSentence = 300;

/**
 * Gitea's words: `message` and, up to 1.26, the more telling `errors`; or the start of a proxy's text.
 * One line, so that a log stays one line.
 */
function sentenceOf(text: string): string {
  let words = text;
  try {
    const body = JSON.parse(text) as { message?: unknown; errors?: unknown } | null;
    const errors = Array.isArray(body?.errors) ? body.errors : [];
    words = [body?.message, ...errors].filter((part) => typeof part === 'string' && part !== '').join(': ');
  } catch {
    words = text.replace(/<[^>]*>/g, ' ');
  }
  const line = words.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line === '' ? 'no explanation' : line.slice(0, longestSentence);
}

/** Shorter ones are no tokens (Gitea's have 40 characters), and words of the sentence would go with them. */
const shortestSecret = 8;

function redact(sentence: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret.length < shortestSecret ? text : text.replaceAll(secret, '[secret]')), sentence);
}

/** Seconds, or a date: then counted from the answer's own `Date`, so that no clock of ours matters. */
function readRetryAfter(headers: FetchAnswer['headers']): number | undefined {
  const value = (headers.get('retry-after') ?? '').trim();
  if (/^\d{1,6}$/.test(value)) return Number(value);
  const seconds = Math.ceil((Date.parse(value) - Date.parse(headers.get('date') ?? '')) / 1000);
  return Number.isFinite(seconds) && /[a-z]/i.test(value) ? Math.max(0, seconds) : undefined;
}

/** `fetch failed` says nothing; what it was caused by does. */
function deepest(cause: unknown): string {
  let error = cause;
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  if (!(error instanceof Error)) return 'unknown cause';
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
