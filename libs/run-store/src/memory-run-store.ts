import { poolKey, scopeKey, type AmiBreaker, type Job, type JobId, type JobRecord, type PlanItem, type PoolRest, type RerunNote, type Runner, type Scope, type ScopeItems, type ScopeKey, type Written } from '@tinqs/fleet';
import { findJob, findRunner, type FindReads } from './find-job.js';
import { frozen, type Keep } from './frozen.js';
import { checkMetaKey } from './installation-items.js';
import { breakerKey, keyPart, rerunKey, restKey, scopeNoteKey } from './item-key.js';
import { checkFinal } from './job-records.js';
import { createMemoryCap } from './memory-cap.js';
import { createMemoryHistory } from './memory-history.js';
import { createMemoryVersions, type MemoryVersions } from './memory-versions.js';
import { KEPT } from './retention.js';
import type { LiveItems, RunStore } from './run-store.js';
import { NO_PLAN } from './versioned-items.js';

export interface MemoryRunStoreOptions {
  readonly now?: () => number;
  /** Default: yes. V8 copies frozen objects several times slower than others: what measures time trusts its writers. */
  readonly freezes?: boolean;
}

interface ScopeTable {
  readonly jobs: MemoryVersions<Job>;
  readonly plans: MemoryVersions<PlanItem>;
  readonly runners: MemoryVersions<Runner>;
}

/**
 * The store in memory, with the semantics of the table: same order, same conflicts, same answers to repeated calls.
 * It keeps the objects that it is given, frozen, instead of copies.
 */
export function createMemoryRunStore({ now = Date.now, freezes = true }: MemoryRunStoreOptions = {}): RunStore {
  const keep: Keep = freezes ? frozen : (value) => value;
  const scopes = new Map<ScopeKey, ScopeTable>();
  const records = new Map<JobId, { readonly record: JobRecord; readonly by: JobRecord | null }>();
  const meta = new Map<string, unknown>();
  const notes = new Map<string, { readonly scope: Scope; readonly mark: object }>();
  const seen = new Map<ScopeKey, object>();
  const rests = new Map<string, PoolRest>();
  const breakers = new Map<string, AmiBreaker>();
  const reruns = new Map<string, RerunNote>();
  const cap = createMemoryCap(now);
  const { pointer, runnerPointers, ended, expireHistory, count, ...history } = createMemoryHistory(now, keep);

  const tableOf = (scope: ScopeKey): ScopeTable => {
    const table = scopes.get(scope) ?? { jobs: createMemoryVersions<Job>(keep), plans: createMemoryVersions<PlanItem>(keep), runners: createMemoryVersions<Runner>(keep) };
    scopes.set(scope, table);
    return table;
  };
  const loadScope = async (scope: ScopeKey): Promise<ScopeItems> => {
    const table = scopes.get(scope);
    return { jobs: table?.jobs.list() ?? [], plan: table?.plans.get('PLAN') ?? NO_PLAN, runners: table?.runners.list() ?? [] };
  };
  const listScopes = async (): Promise<readonly Scope[]> =>
    inKeyOrder(notes).map(({ scope, mark }) => {
      seen.set(scopeKey(scope), mark);
      return scope;
    });
  const listLive = async (): Promise<LiveItems> => {
    const items = await Promise.all((await listScopes()).map((scope) => loadScope(scopeKey(scope))));
    return { jobs: items.flatMap((scope) => scope.jobs), runners: items.flatMap((scope) => scope.runners) };
  };
  const recallJob = async (id: JobId): Promise<JobRecord | undefined> => records.get(id)?.record;
  const reads: FindReads = { recallJob, loadScope, listLive, pointer, runnerPointers, ended };

  return {
    createJob: async (job) => tableOf(job.scope).jobs.write(keyPart(job.id), job, job.version, null),
    replaceJob: async (job) => tableOf(job.scope).jobs.write(keyPart(job.id), job, job.version, job.version - 1),
    deleteJob: async (scope, id, version) => tableOf(scope).jobs.delete(keyPart(id), version),
    createRunner: async (runner) => tableOf(runner.scope).runners.write(keyPart(runner.name), runner, runner.version, null),
    replaceRunner: async (runner) => tableOf(runner.scope).runners.write(keyPart(runner.name), runner, runner.version, runner.version - 1),
    deleteRunner: async (scope, name, version) => tableOf(scope).runners.delete(keyPart(name), version),
    savePlan: async (scope, plan) => tableOf(scopeKey(scope)).plans.write('PLAN', plan, plan.epoch, plan.epoch === 1 ? null : plan.epoch - 1),
    loadScope,

    async rememberJob(record): Promise<Written<JobRecord>> {
      const stored = records.get(record.id);
      if (stored === undefined) records.set(record.id, { record: keep(record), by: record });
      return stored === undefined || stored.by === record ? { kind: 'written', item: record } : { kind: 'conflict', current: stored.record };
    },
    async finishJob(record) {
      const final = checkFinal(record);
      const stored = records.get(record.id);
      if (stored !== undefined && stored.record.final !== null && stored.record.final.generation >= final.generation) return;
      records.set(record.id, { record: keep({ ...(stored?.record ?? record), final }), by: stored?.by ?? null });
    },
    recallJob,

    ...cap,
    listRests: async () => inKeyOrder(rests),
    saveRest: async (rest) => void rests.set(restKey(poolKey(rest.pool)).sk, frozen(rest)),
    listBreakers: async () => inKeyOrder(breakers),
    saveBreaker: async (breaker) => void breakers.set(breakerKey(breaker.classId, breaker.amiId).sk, frozen(breaker)),

    noteRerun: async (note) => void reruns.set(rerunKey(note.runId, note.job).sk, frozen(note)),
    recallRerun: async ({ runId, job }) => reruns.get(rerunKey(runId, job).sk),

    noteScope: async (scope) => void notes.set(scopeNoteKey(scopeKey(scope)).sk, { scope: frozen(scope), mark: {} }),
    listScopes,
    async forgetScope(scope) {
      const key = scopeNoteKey(scope).sk;
      if (!seen.has(scope) || notes.get(key)?.mark === seen.get(scope)) notes.delete(key);
    },
    readMeta: async (key) => meta.get(checkMetaKey(key)),
    writeMeta: async (key, value) => void meta.set(checkMetaKey(key), JSON.parse(JSON.stringify(value ?? null)) as unknown),

    ...history,
    listLive,
    findJob: (reference) => findJob(reads, reference),
    findRunner: (reference) => findRunner(reads, reference),
    async expire() {
      for (const { id, kind } of expireHistory()) {
        const final = records.get(id)?.record.final;
        if (kind === 'job' && final && final.at + KEPT.history <= now()) records.delete(id);
      }
      for (const [key, { until }] of rests) if (until + KEPT.rests <= now()) rests.delete(key);
      for (const [key, { at }] of reruns) if (at + KEPT.reruns <= now()) reruns.delete(key);
    },
    describe: async () => ({ table: 'memory', status: 'ACTIVE', items: count() + records.size + meta.size, expires: false }),
    ensureTable: async () => undefined,
  };
}

function inKeyOrder<Value>(entries: ReadonlyMap<string, Value>): readonly Value[] {
  return [...entries.keys()].sort().map((key) => entries.get(key)!);
}
