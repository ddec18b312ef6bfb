import type { EndedRecord } from '@tinqs/fleet';
import { encode, type Item } from './attribute-value.js';
import { entryKey } from './history.js';
import { inParallel } from './in-parallel.js';
import { DAY_MS, daysBetween, deliveryPartition, donePartition, momentKey, pointerKey, recordKey, type ItemKey } from './item-key.js';
import { sealed, unseal } from './item-schema.js';
import { jobPointer, pointersOf } from './pointer.js';
import { KEPT, ttlSeconds } from './retention.js';
import type { TableClient } from './table-client.js';

/** Where no pass is on record, one reaches back so far beyond what is kept. */
const FIRST_REACH = 30 * DAY_MS;
const markKey: ItemKey = { pk: 'META', sk: 'EXPIRY' };

/**
 * Does what DynamoDB's time to live does, day by day: the embedded store never expires anything. What a history
 * record led to goes first and the record last, and the pass is noted when it is complete: one that breaks off
 * is repeated.
 */
export async function expire(table: TableClient, now: number): Promise<void> {
  const expired = { condition: '#ttl <= :now', names: { '#ttl': 'ttl' }, values: { ':now': encode(ttlSeconds(now)) } };
  const remove = async (key: ItemKey): Promise<void> => {
    await table.remove(key, expired);
  };
  const mark = await table.get(markKey);
  const since = mark === undefined ? now - FIRST_REACH : unseal<number>(mark, 'at');
  // Of a day's items only those are read that expired since the last pass; a day more allows for clocks that differ.
  const lapsed = async (kept: number, partitionOf: (day: string) => string): Promise<readonly Item[]> => {
    const [from, to] = [since - kept - DAY_MS, now - kept + 1];
    const days = await inParallel(daysBetween(from, to), (day) => table.query({ pk: partitionOf(day), between: [momentKey(from), momentKey(to)] }));
    return days.flat();
  };

  for (const item of await lapsed(KEPT.history, donePartition)) {
    for (const key of derivedKeys(unseal<EndedRecord>(item, 'ended'))) await remove(key);
    await remove(keyOf(item));
  }
  const few = (await inParallel(['POOL', 'RERUN'], (pk) => table.query({ pk }))).flat().filter((item) => Number(item['ttl']?.N ?? Infinity) <= ttlSeconds(now));
  await inParallel([...(await lapsed(KEPT.deliveries, deliveryPartition)), ...few], (item) => remove(keyOf(item)));
  await table.put(sealed(markKey, { at: now }));
}

/** The job's identity and every pointer; each has a time to live of its own, which a newer end has raised. */
function derivedKeys(record: EndedRecord): readonly ItemKey[] {
  const pointers = pointersOf(record).map(entryKey);
  return record.kind === 'job' ? [recordKey(record.id), pointerKey(jobPointer(record.id)), ...pointers] : pointers;
}

function keyOf(item: Item): ItemKey {
  return { pk: item['pk']?.S ?? '', sk: item['sk']?.S ?? '' };
}
