import type { EndedRecord } from '@tinqs/fleet';
import { DAY_MS } from './item-key.js';

/** From `from` on, before `to`, in milliseconds since 1970 UTC. */
export interface EndedRange {
  readonly from: number;
  readonly to: number;
}

/** Each day is a query of its own; history is kept for 90. */
const MOST_DAYS = 400;

export function checkRange({ from, to }: EndedRange): void {
  if (!Number.isFinite(from) || !Number.isFinite(to)) throw new RangeError(`expected from and to in milliseconds since 1970, found ${from} and ${to}`);
  if (to - from > MOST_DAYS * DAY_MS) throw new RangeError(`expected a range of at most ${MOST_DAYS} days (history is kept for 90), found ${Math.ceil((to - from) / DAY_MS)}`);
}

/** Oldest first. A record that was written again with another time counts once, as the latest says. */
export function latestOfEach(records: readonly EndedRecord[]): readonly EndedRecord[] {
  const latest = new Map<string, EndedRecord>();
  for (const record of inOrder(records)) latest.set(record.kind === 'job' ? `job ${record.job?.generation ?? 0} ${record.id}` : `runner ${record.id}`, record);
  return inOrder([...latest.values()]);
}

function inOrder(records: readonly EndedRecord[]): readonly EndedRecord[] {
  return [...records].sort((left, right) => left.endedAt - right.endedAt || compare(left.kind, right.kind) || compare(left.id, right.id));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
