import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { scopeKey, type CapHolder, type CapRequest, type DeliveryRecord, type EndedRecord, type Job, type JobId, type PlanItem, type Runner, type Scope, type ScopeKey, type StorePort } from '@tinqs/fleet';
import { createAttempts } from './attempt.js';
import { createCapItem } from './cap-item.js';
import type { EndedRange } from './ended-records.js';
import { expire } from './expiry.js';
import { findJob, findRunner, type FoundJob, type FindReads } from './find-job.js';
import { createHistory } from './history.js';
import { inParallel } from './in-parallel.js';
import { createInstallationItems } from './installation-items.js';
import { createJobRecords } from './job-records.js';
import { createTableClient } from './table-client.js';
import { describeTable, ensureTable, type TableFacts } from './table-setup.js';
import { createVersionedItems } from './versioned-items.js';

export interface LiveItems {
  readonly jobs: readonly Job[];
  readonly runners: readonly Runner[];
}

/** fleet's port, and the reads of dashboard and command line: queries and pointers, never a scan. */
export interface RunStore extends StorePort {
  /** With `version`: only while that one is stored, so that what changed meanwhile is not deleted unseen. */
  deleteJob(scope: ScopeKey, id: JobId, version?: number): Promise<void>;
  deleteRunner(scope: ScopeKey, name: string, version?: number): Promise<void>;
  /**
   * The job that a pasted text means: a Gitea address, job id, job name (the newest of that name),
   * `owner/repo#run`, runner name or its tail, instance id. Live or ended within 90 days.
   */
  findJob(reference: string): Promise<FoundJob | undefined>;
  /** By name, tail, instance id or Gitea's runner id; live or ended within 90 days. */
  findRunner(reference: string): Promise<Runner | undefined>;
  /** Over all scopes that were noted. */
  listLive(): Promise<LiveItems>;
  /** Oldest first; from `from` on, before `to`, in milliseconds. */
  listEnded(range: EndedRange): Promise<readonly EndedRecord[]>;
  /** Newest first; `day` is `2030-01-31`, in UTC. */
  listDeliveries(query: { readonly day: string; readonly limit: number }): Promise<readonly DeliveryRecord[]>;
  /** Deletes what is past its time to live, as DynamoDB does by itself and the embedded store does not. */
  expire(): Promise<void>;
  /** Throws where the table is missing or has other keys, with the command that mends it. */
  describe(): Promise<TableFacts>;
  /** Makes the table if it is missing, for the embedded store; on AWS the dispatcher's stack does. */
  ensureTable(): Promise<void>;
}

export interface RunStoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Names an attempt to write; at random, so that nobody else's is the same. */
  readonly newId?: () => string;
  readonly now?: () => number;
}

export function createRunStore({ client, table: name, newId = randomUUID, now = Date.now }: RunStoreOptions): RunStore {
  const table = createTableClient(client, name);
  const attemptOf = createAttempts(newId);
  const items = createVersionedItems(table, attemptOf);
  const records = createJobRecords(table, attemptOf);
  const cap = createCapItem(table);
  const { pointer, runnerPointers, ended, ...history } = createHistory(table, now);
  const installation = createInstallationItems(table, newId);

  const listLive = async (): Promise<LiveItems> => {
    const scopes = await inParallel(await installation.listScopes(), (scope) => items.loadScope(scopeKey(scope)));
    return { jobs: scopes.flatMap((scope) => scope.jobs), runners: scopes.flatMap((scope) => scope.runners) };
  };
  const reads: FindReads = { recallJob: records.recallJob, loadScope: items.loadScope, listLive, pointer, runnerPointers, ended };

  return {
    ...items,
    ...records,
    ...history,
    ...installation,
    savePlan: (scope: Scope, plan: PlanItem) => items.savePlan(scopeKey(scope), plan),
    takeCap: (request: CapRequest) => cap.take(request, now()),
    releaseCap: (holders: readonly CapHolder[]) => cap.release(holders.map((holder) => holder.name)),
    listCapHolders: cap.list,
    async forgetScope(scope: ScopeKey) {
      await installation.forgetScope(scope);
      await cap.dropScope(scope);
    },
    listLive,
    findJob: (reference) => findJob(reads, reference),
    findRunner: (reference) => findRunner(reads, reference),
    expire: () => expire(table, now()),
    describe: () => describeTable(client, name),
    ensureTable: () => ensureTable(client, name, pause),
  };
}
