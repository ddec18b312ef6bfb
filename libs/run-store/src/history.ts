import type { DeliveryRecord, EndedRecord, JobId, ScopeKey } from '@tinqs/fleet';
import { encode, type Item } from './attribute-value.js';
import { checkRange, latestOfEach, type EndedRange } from './ended-records.js';
import { inParallel } from './in-parallel.js';
import { daysBetween, deliveryKey, deliveryPartition, doneKey, donePartition, keyPart, momentKey, pointerKey, pointerPartition, type ItemKey } from './item-key.js';
import { SCHEMA_VERSION, sealed, unseal } from './item-schema.js';
import { pointersOf, type Pointer, type PointerEntry } from './pointer.js';
import { pointerName } from './reference.js';
import { KEPT, ttlSeconds } from './retention.js';
import type { Change, TableClient } from './table-client.js';

export const entryKey = ({ key, member }: PointerEntry): ItemKey => (member === null ? pointerKey(key) : { pk: pointerPartition(key), sk: `RUNNER#${keyPart(member)}` });

export const endedKey = (record: EndedRecord): ItemKey => doneKey(record.endedAt, record.kind, record.id);

/** What ended, what was delivered, and the pointers by which either is found. All of it may be written again. */
export function createHistory(table: TableClient, now: () => number) {
  return {
    async recordEnded(record: EndedRecord): Promise<void> {
      const done = endedKey(record);
      const ttl = ttlSeconds(record.endedAt + KEPT.history);
      await table.put(sealed(done, { ended: record, ttl }));
      await inParallel(pointersOf(record), async (entry) => {
        await table.update(entryKey(entry), endedPointer(entry, done, record.endedAt, ttl));
      });
    },

    async listEnded(range: EndedRange): Promise<readonly EndedRecord[]> {
      checkRange(range);
      const between = [momentKey(range.from), momentKey(range.to)] as const;
      const days = await inParallel(daysBetween(range.from, range.to), (day) => table.query({ pk: donePartition(day), between }));
      return latestOfEach(days.flat().map((item) => unseal<EndedRecord>(item, 'ended')));
    },

    async recordDelivery(record: DeliveryRecord): Promise<void> {
      await table.put(sealed(deliveryKey(record.receivedAt, record.id), { delivery: record, ttl: ttlSeconds(record.receivedAt + KEPT.deliveries) }));
    },
    async listDeliveries({ day, limit }: { readonly day: string; readonly limit: number }): Promise<readonly DeliveryRecord[]> {
      return (await table.query({ pk: deliveryPartition(day), newestFirst: true, limit })).map((item) => unseal(item, 'delivery'));
    },

    async pointTo({ key, scope, job, runner }: { readonly key: string; readonly scope: ScopeKey; readonly job: JobId | null; readonly runner: string | null }): Promise<void> {
      await table.update(pointerKey(pointerName(key)), {
        update: 'SET #v = :v, #target = :target, #ttl = :ttl',
        names: { '#v': 'v', '#target': 'target', '#ttl': 'ttl' },
        values: { ':v': encode(SCHEMA_VERSION), ':target': encode({ scope, job, runner }), ':ttl': encode(ttlSeconds(now() + KEPT.history)) },
      });
    },
    async pointer(key: string): Promise<Pointer | undefined> {
      const item = await table.get(pointerKey(key));
      return item === undefined ? undefined : readPointer(item);
    },
    /** What ended as a machine of that job. */
    async runnerPointers(key: string): Promise<readonly Pointer[]> {
      return (await table.query({ pk: pointerPartition(key), prefix: 'RUNNER#' })).map(readPointer);
    },
    async ended(done: ItemKey): Promise<EndedRecord | undefined> {
      const item = await table.get(done);
      return item === undefined ? undefined : unseal(item, 'ended');
    },
  };
}

/** The newest that ended under a name keeps it, whichever is written last. */
function endedPointer({ scope, job, runner }: PointerEntry, done: ItemKey, endedAt: number, ttl: number): Change {
  return {
    update: 'SET #v = :v, #target = :target, #done = :done, #at = :at, #ttl = :ttl',
    condition: 'attribute_not_exists(#at) OR #at <= :at',
    names: { '#v': 'v', '#target': 'target', '#done': 'done', '#at': 'at', '#ttl': 'ttl' },
    values: { ':v': encode(SCHEMA_VERSION), ':target': encode({ scope, job, runner }), ':done': encode(done), ':at': encode(endedAt), ':ttl': encode(ttl) },
  };
}

function readPointer(item: Item): Pointer {
  return { ...unseal<Omit<Pointer, 'done'>>(item, 'target'), done: item['done'] === undefined ? null : unseal<ItemKey>(item, 'done') };
}
