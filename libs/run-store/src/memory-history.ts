import type { DeliveryRecord, EndedRecord, JobId, ScopeKey } from '@tinqs/fleet';
import { checkRange, latestOfEach, type EndedRange } from './ended-records.js';
import type { Keep } from './frozen.js';
import { endedKey } from './history.js';
import { dayOf, deliveryKey, type ItemKey } from './item-key.js';
import { pointersOf, type Pointer } from './pointer.js';
import { pointerName } from './reference.js';
import { KEPT } from './retention.js';

type Target = Omit<Pointer, 'done'>;

/** What ended and what was delivered. Pointers are looked up in the history itself: nothing grows with them. */
export function createMemoryHistory(now: () => number, keep: Keep) {
  let writes = 0;
  const history = new Map<string, { readonly record: EndedRecord; readonly write: number }>();
  const deliveries = new Map<string, DeliveryRecord>();
  const pointers = new Map<string, { readonly target: Target; readonly write: number; readonly until: number }>();

  const written = (): readonly { readonly record: EndedRecord; readonly write: number }[] => [...history.values()].sort((left, right) => left.write - right.write);

  return {
    async recordEnded(record: EndedRecord): Promise<void> {
      history.set(keyText(endedKey(record)), { record: keep(record), write: ++writes });
    },
    async listEnded(range: EndedRange): Promise<readonly EndedRecord[]> {
      checkRange(range);
      return latestOfEach([...history.values()].map(({ record }) => record).filter(({ endedAt }) => endedAt >= range.from && endedAt < range.to));
    },
    async recordDelivery(record: DeliveryRecord): Promise<void> {
      deliveries.set(deliveryKey(record.receivedAt, record.id).sk, keep(record));
    },
    async listDeliveries({ day, limit }: { readonly day: string; readonly limit: number }): Promise<readonly DeliveryRecord[]> {
      const keys = [...deliveries.keys()].filter((key) => dayOf(deliveries.get(key)!.receivedAt) === day);
      return keys.sort().reverse().slice(0, limit).map((key) => deliveries.get(key)!);
    },
    async pointTo({ key, scope, job, runner }: { readonly key: string; readonly scope: ScopeKey; readonly job: JobId | null; readonly runner: string | null }): Promise<void> {
      pointers.set(pointerName(key), { target: { scope, job, runner }, write: ++writes, until: now() + KEPT.history });
    },

    async pointer(key: string): Promise<Pointer | undefined> {
      let newest: { target: Target; done: ItemKey; at: number; write: number } | undefined;
      for (const { record, write } of written()) {
        const entry = pointersOf(record).find((each) => each.member === null && each.key === key);
        if (entry === undefined || (newest !== undefined && record.endedAt < newest.at)) continue;
        newest = { target: { scope: entry.scope, job: entry.job, runner: entry.runner }, done: endedKey(record), at: record.endedAt, write };
      }
      const pointed = pointers.get(key);
      if (newest === undefined) return pointed === undefined ? undefined : { ...pointed.target, done: null };
      return { ...(pointed !== undefined && pointed.write > newest.write ? pointed.target : newest.target), done: newest.done };
    },
    async runnerPointers(key: string): Promise<readonly Pointer[]> {
      const byRunner = new Map<string, { pointer: Pointer; at: number }>();
      for (const { record } of written()) {
        const entry = pointersOf(record).find((each) => each.member !== null && each.key === key);
        if (entry === undefined || record.endedAt < (byRunner.get(entry.member!)?.at ?? -Infinity)) continue;
        byRunner.set(entry.member!, { at: record.endedAt, pointer: { scope: entry.scope, job: entry.job, runner: entry.runner, done: endedKey(record) } });
      }
      return [...byRunner.keys()].sort().map((name) => byRunner.get(name)!.pointer);
    },
    async ended(done: ItemKey): Promise<EndedRecord | undefined> {
      return history.get(keyText(done))?.record;
    },

    /** Answers with what it let go. */
    expireHistory(): readonly EndedRecord[] {
      for (const [key, { receivedAt }] of deliveries) if (receivedAt + KEPT.deliveries <= now()) deliveries.delete(key);
      const gone = [...history].filter(([, { record }]) => record.endedAt + KEPT.history <= now());
      for (const [key, { record, write }] of gone) {
        history.delete(key);
        for (const { key: name } of pointersOf(record)) {
          const pointed = pointers.get(name);
          // One that was written after the end has a time of its own.
          if (pointed !== undefined && (pointed.write < write || pointed.until <= now())) pointers.delete(name);
        }
      }
      return gone.map(([, { record }]) => record);
    },
    count: () => history.size + deliveries.size + pointers.size,
  };
}

const keyText = ({ pk, sk }: ItemKey): string => `${pk} ${sk}`;
