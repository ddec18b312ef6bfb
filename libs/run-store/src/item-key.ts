import { createHash } from 'node:crypto';
import type { JobId, ScopeKey } from '@tinqs/fleet';

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Keys are limited to 2048 and 1024 bytes, and order is by bytes: what is not short plain ASCII goes in as a hash. */
const PLAIN = /^[\x20-\x7e]{1,250}$/;

export function keyPart(text: string): string {
  return PLAIN.test(text) && !text.startsWith('~') ? text : `~${createHash('sha256').update(JSON.stringify(text)).digest('hex')}`;
}

export const DAY_MS = 86_400_000;

/** The UTC day of a moment, as in `DONE#2030-01-31`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Every UTC day that the half-open range touches, oldest first. */
export function daysBetween(from: number, to: number): readonly string[] {
  const days: string[] = [];
  for (let at = Math.floor(from / DAY_MS) * DAY_MS; at < to; at += DAY_MS) days.push(dayOf(at));
  return days;
}

/** Sorts as time does. */
export function momentKey(at: number): string {
  return new Date(at).toISOString();
}

export const scopePartition = (scope: ScopeKey): string => `SCOPE#${keyPart(scope)}`;

/** Sort keys order JOB < PLAN < RUNNER: a query read in order never misses the runner that replaced a grant. */
export const jobKey = (scope: ScopeKey, id: JobId): ItemKey => ({ pk: scopePartition(scope), sk: `JOB#${keyPart(id)}` });
export const planKey = (scope: ScopeKey): ItemKey => ({ pk: scopePartition(scope), sk: 'PLAN' });
export const runnerKey = (scope: ScopeKey, name: string): ItemKey => ({ pk: scopePartition(scope), sk: `RUNNER#${keyPart(name)}` });

export const recordKey = (id: JobId): ItemKey => ({ pk: `JOB#${keyPart(id)}`, sk: 'JOB' });
export const capKey: ItemKey = { pk: 'CAP', sk: 'CAP' };
export const restKey = (poolKey: string): ItemKey => ({ pk: 'POOL', sk: `REST#${keyPart(poolKey)}` });
export const breakerKey = (classId: string, amiId: string): ItemKey => ({ pk: 'BREAKER', sk: `BREAKER#${keyPart(`${classId}/${amiId}`)}` });
/** By the run's id and the job's name. */
export const rerunKey = (runId: number, job: string): ItemKey => ({ pk: 'RERUN', sk: `RERUN#${runId}#${keyPart(job)}` });
export const metaKey = (key: string): ItemKey => ({ pk: 'META', sk: keyPart(key) });
export const scopeNoteKey = (scope: ScopeKey): ItemKey => ({ pk: 'META', sk: `SCOPE#${keyPart(scope)}` });

export const deliveryPartition = (day: string): string => `DELIVERY#${day}`;
export const deliveryKey = (receivedAt: number, id: string): ItemKey => ({ pk: deliveryPartition(dayOf(receivedAt)), sk: `${momentKey(receivedAt)}#${keyPart(id)}` });
export const donePartition = (day: string): string => `DONE#${day}`;
export const doneKey = (endedAt: number, kind: 'job' | 'runner', id: string): ItemKey => ({ pk: donePartition(dayOf(endedAt)), sk: `${momentKey(endedAt)}#${kind}#${keyPart(id)}` });

export const pointerPartition = (key: string): string => `REF#${keyPart(key)}`;
export const pointerKey = (key: string): ItemKey => ({ pk: pointerPartition(key), sk: 'REF' });
