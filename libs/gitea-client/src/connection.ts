import * as z from 'zod/mini';
import { answerError, readAnswer, redirectError, unreachable } from './answers.js';
import { GiteaError } from './errors.js';
import { describeFieldProblems } from './field-problems.js';

/** What is used of a `Response`: the global `fetch` fits, and so does `createLeanFetch`. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body?: { cancel(): Promise<void> } | null;
  text(): Promise<string>;
}

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

export type FetchLike = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface GiteaRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the server's address, encoded: `/api/v1/version`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent without the API token: the runner protocol has its own. */
  readonly anonymous?: boolean;
  /** The head of the answer is enough: its body is dropped where it succeeds. */
  readonly headOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Words that must not come back in an error. */
  readonly secrets?: readonly string[];
}

export interface GiteaAnswer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | null;
}

export interface ConnectionOptions {
  /** The server's address, with its sub-path if it has one. */
  readonly url: string;
  /** Asked for at every call, so that a rotated one is picked up. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  readonly fetch?: FetchLike | undefined;
  /** For a whole answer, body included; 10 s by default. */
  readonly timeoutMs?: number | undefined;
}

/** One Gitea server: every call passes here, and only here does the token exist. */
export interface Connection {
  readonly url: URL;
  call(request: GiteaRequest): Promise<GiteaAnswer>;
  /** Calls and checks the JSON that comes back. */
  read<T extends z.core.$ZodType>(request: GiteaRequest, schema: T): Promise<{ readonly data: z.infer<T>; readonly json: unknown; readonly answer: GiteaAnswer }>;
}

const defaultTimeoutMs = 10_000;
const mostRedirects = 3;

export function createConnection({ url, token, fetch: fetcher = fetch, timeoutMs = defaultTimeoutMs }: ConnectionOptions): Connection {
  const base = readAddress(url);

  async function send(request: GiteaRequest, target: URL, secret: string | undefined): Promise<FetchAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const init: FetchInit = {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(secret === undefined ? {} : { authorization: `token ${secret}` }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'manual',
      signal: request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]),
    };
    return fetcher(target.href, init);
  }

  async function call(request: GiteaRequest): Promise<GiteaAnswer> {
    const secret = request.anonymous === true ? undefined : await readToken(token);
    const secrets = [...(request.secrets ?? []), ...(secret === undefined ? [] : [secret])];
    let target = address(base, request);
    for (let redirects = 0; ; redirects += 1) {
      try {
        const answer = await send(request, target, secret);
        if (answer.status >= 300 && answer.status < 400) {
          const next = answer.headers.get('location');
          await answer.body?.cancel();
          if (redirects === mostRedirects || !mayFollow(request, target, next)) throw redirectError(request, answer.status, target, next);
          target = new URL(next, target);
          continue;
        }
        if (answer.status >= 400) throw answerError(request, answer, await answer.text(), secrets);
        return await readAnswer(answer, request.headOnly === true);
      } catch (error) {
        throw error instanceof GiteaError ? error : unreachable(request, error, timeoutMs, secrets);
      }
    }
  }

  return {
    url: base,
    call,
    async read(request, schema) {
      const answer = await call(request);
      const json = parse(request, answer);
      const parsed = z.safeParse(schema, json);
      if (parsed.success) return { data: parsed.data, json, answer };
      const { sentence } = describeFieldProblems(parsed.error.issues, json);
      throw new GiteaError({ kind: 'unexpected-answer', method: request.method, path: request.path, status: answer.status, sentence });
    },
  };
}

function readAddress(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  // The address itself may be what holds a password: it is not repeated.
  if (base === undefined || !/^https?:$/.test(base.protocol)) throw new TypeError('the address of Gitea: expected http://… or https://…');
  if (base.username !== '' || base.password !== '') throw new TypeError('the address of Gitea: expected no user name and password in it; use the token');
  if (base.search !== '' || base.hash !== '') throw new TypeError('the address of Gitea: expected nothing behind its path');
  return base;
}

function address(base: URL, { path, query = {} }: GiteaRequest): URL {
  const target = new URL(base.pathname.replace(/\/+$/, '') + path, base);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) target.searchParams.append(name, String(one));
  }
  return target;
}

async function readToken(token: ConnectionOptions['token']): Promise<string | undefined> {
  const value = typeof token === 'function' ? await token() : token;
  if (value === undefined || value === '') return undefined;
  // An HTTP client would quote the bad value in its error.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new TypeError('the Gitea token: expected printable characters only, found others (a line break at its end?)');
  return value;
}

/** Only reads, only on the same server: a renamed repository answers 301 at its old path, to writes as well. */
function mayFollow(request: GiteaRequest, from: URL, location: string | null): location is string {
  return request.method === 'GET' && location !== null && URL.canParse(location, from.href) && new URL(location, from).origin === from.origin;
}

function parse(request: GiteaRequest, answer: GiteaAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw new GiteaError({ kind: 'unexpected-answer', method: request.method, path: request.path, status: answer.status, sentence: 'expected JSON, found something else (is the address that of Gitea?)' });
  }
}
