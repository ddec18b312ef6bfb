import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FetchAnswer, FetchInit, FetchLike } from './connection.js';

/** One call and the answer a real server gave. */
export interface RecordedAnswer {
  readonly note: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it was JSON, else the text. */
  readonly body: unknown;
}

const folder = fileURLToPath(new URL('../fixtures/', import.meta.url));

export function recordedAnswer(kind: 'api' | 'runner', version: string, name: string): RecordedAnswer {
  return JSON.parse(readFileSync(`${folder}${kind}/${version}/${name}.json`, 'utf8')) as RecordedAnswer;
}

export function isRecorded(kind: 'api' | 'runner', version: string, name: string): boolean {
  return existsSync(`${folder}${kind}/${version}/${name}.json`);
}

/** A call that a `replayFetch` was asked for. */
export interface ReplayedCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * A `fetch` that answers from recordings, and throws where there is none.
 *
 * A recording fits by method, path and its own query, `page` and `limit` aside. Of several that fit each is used once, the last one for good.
 */
export function replayFetch(recordings: readonly RecordedAnswer[]): { readonly fetch: FetchLike; readonly calls: readonly ReplayedCall[] } {
  const left = [...recordings];
  const calls: ReplayedCall[] = [];
  return {
    calls,
    fetch: async (address, init) => {
      const call = toCall(address, init);
      calls.push(call);
      const fitting = left.filter((recording) => fits(recording, call));
      const [recording] = fitting;
      if (recording === undefined) throw new Error(`no recording of ${call.method} ${call.path}?${call.query.toString()}`);
      if (fitting.length > 1) left.splice(left.indexOf(recording), 1);
      return toAnswer(recording);
    },
  };
}

function toCall(address: string, init: FetchInit): ReplayedCall {
  const { pathname, searchParams } = new URL(address);
  return { method: init.method, path: pathname, query: searchParams, headers: init.headers, body: init.body === undefined ? undefined : JSON.parse(init.body) };
}

function fits({ request }: RecordedAnswer, call: ReplayedCall): boolean {
  const { pathname, searchParams } = new URL(request.path, 'http://recorded');
  if (request.method !== call.method || pathname !== new URL(call.path, 'http://recorded').pathname) return false;
  return [...new Set(searchParams.keys())].every((key) => key === 'page' || key === 'limit' || searchParams.getAll(key).join() === call.query.getAll(key).join());
}

function toAnswer({ status, headers, body }: RecordedAnswer): FetchAnswer {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status,
    headers: { get: (name) => lower.get(name.toLowerCase()) ?? null },
    text: async () => (typeof body === 'string' ? body : JSON.stringify(body)),
  };
}
