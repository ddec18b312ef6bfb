import type { EndedRecord } from '@tinqs/fleet';
import { encode, type Item } from './attribute-value.js';
import { entryKey } from './history.js';
import { DAY_MS, daysBetween, deliveryPartition, donePartition, pointerKey, recordKey, type ItemKey } from './item-key.js';
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
  const daysOf = (kept: number): readonly string[] => daysBetween(since - kept, now - kept + 1);
  const isExpired = (item: Item): boolean => Number(item['ttl']?.N ?? Infinity) <= ttlSeconds(now);

  for (const day of daysOf(KEPT.history)) {
    for (const item of (await table.query({ pk: donePartition(day) })).filter(isExpired)) {
      for (const key of derivedKeys(unseal<EndedRecord>(item, 'ended'))) await remove(key);
      await remove(keyOf(item));
    }
  }
  for (const pk of [...daysOf(KEPT.deliveries).map(deliveryPartition), 'POOL']) {
    for (const item of (await table.query({ pk })).filter(isExpired)) await remove(keyOf(item));
  }
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
