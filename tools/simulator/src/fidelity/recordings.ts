import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GiteaVersion } from '../gitea/gitea-version.js';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

export interface RecordedDelivery {
  readonly note: string;
  readonly headers: { readonly [name: string]: string };
  /** The exact text. */
  readonly body: string;
}

export interface RecordedCall {
  readonly note: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: unknown;
}

/** A recorded delivery by its number; `undefined`: that server sent nothing there. */
export function recordedDelivery(version: GiteaVersion, number: string): RecordedDelivery | undefined {
  const folder = join(FIXTURES, 'deliveries', version);
  const file = readdirSync(folder).find((name) => name.startsWith(`${number}-`));
  return file === undefined ? undefined : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedDelivery);
}

export function recordedCall(kind: 'api' | 'runner', version: GiteaVersion, name: string): RecordedCall | undefined {
  const file = join(FIXTURES, kind, version, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RecordedCall) : undefined;
}
