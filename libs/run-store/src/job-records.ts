import type { JobId, JobRecord, Written } from '@tinqs/fleet';
import type { AttemptOf } from './attempt.js';
import { encode, type Item } from './attribute-value.js';
import { recordKey } from './item-key.js';
import { SCHEMA_VERSION, sealed, unseal } from './item-schema.js';
import { KEPT, ttlSeconds } from './retention.js';
import type { TableClient } from './table-client.js';

type Identity = Omit<JobRecord, 'final'>;

/** A job's identity and final state, kept for 90 days after it: a late duplicate of a delivery finds it. */
export function createJobRecords(table: TableClient, attemptOf: AttemptOf) {
  return {
    async rememberJob(record: JobRecord): Promise<Written<JobRecord>> {
      const { final, ...identity } = record;
      const attempt = attemptOf(record);
      const outcome = await table.put(sealed(recordKey(record.id), { record: identity, final, w0: attempt, ...ttlOf(record) }), { condition: 'attribute_not_exists(pk)' });
      if (outcome.kind === 'written') return { kind: 'written', item: record };
      const found = outcome.found;
      if (found?.['w0']?.S === attempt) return { kind: 'written', item: record };
      return { kind: 'conflict', current: found === undefined ? undefined : readRecord(found) };
    },

    async finishJob(record: JobRecord): Promise<void> {
      const { final: _, ...identity } = record;
      const final = checkFinal(record);
      await table.update(recordKey(record.id), {
        update: 'SET #v = :v, #record = if_not_exists(#record, :record), #final = :final, #ttl = :ttl',
        condition: 'attribute_not_exists(#final) OR attribute_type(#final, :null) OR #final.#generation < :generation',
        names: { '#v': 'v', '#record': 'record', '#final': 'final', '#generation': 'generation', '#ttl': 'ttl' },
        values: { ':v': encode(SCHEMA_VERSION), ':record': encode(identity), ':final': encode(final), ':ttl': encode(ttlSeconds(final.at + KEPT.history)), ':null': encode('NULL'), ':generation': encode(final.generation) },
      });
    },

    async recallJob(id: JobId): Promise<JobRecord | undefined> {
      const item = await table.get(recordKey(id));
      return item === undefined ? undefined : readRecord(item);
    },
  };
}

export function checkFinal({ id, final }: JobRecord): NonNullable<JobRecord['final']> {
  if (final === null) throw new TypeError(`expected a final state of job ${id}, found null: rememberJob notes a job that is not final`);
  return final;
}

function ttlOf({ final }: JobRecord): { readonly ttl?: number } {
  return final === null ? {} : { ttl: ttlSeconds(final.at + KEPT.history) };
}

function readRecord(item: Item): JobRecord {
  return { ...unseal<Identity>(item, 'record'), final: unseal<JobRecord['final']>(item, 'final') };
}
