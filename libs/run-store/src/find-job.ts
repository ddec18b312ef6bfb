import { runnerNameTail, type EndedRecord, type Job, type JobId, type JobRecord, type Runner, type ScopeItems, type ScopeKey } from '@tinqs/fleet';
import type { ItemKey } from './item-key.js';
import { jobPointer, namePointer, runIdPointer, runnerIdPointer, runPointer, tailPointer, type Pointer } from './pointer.js';
import { parseReference, pathOf, runNumberOf, runPathOf } from './reference.js';

/** A job as `why` and the dashboard show it: its identity, and what is known of it and its machines. */
export interface FoundJob extends JobRecord {
  /** Still in the table as a live item. */
  readonly live: boolean;
  /** As it is, or as it ended; `null` where only its identity is left. */
  readonly job: Job | null;
  /** Launched for it or seen to take it, ended ones first. */
  readonly runners: readonly Runner[];
}

/** What finding needs; each is one query or one read. */
export interface FindReads {
  recallJob(id: JobId): Promise<JobRecord | undefined>;
  loadScope(scope: ScopeKey): Promise<ScopeItems>;
  listLive(): Promise<{ readonly jobs: readonly Job[]; readonly runners: readonly Runner[] }>;
  pointer(key: string): Promise<Pointer | undefined>;
  runnerPointers(key: string): Promise<readonly Pointer[]>;
  ended(done: ItemKey): Promise<EndedRecord | undefined>;
}

export async function findJob(reads: FindReads, text: string): Promise<FoundJob | undefined> {
  const reference = parseReference(text);
  switch (reference.kind) {
    case 'path': {
      const isThis = (job: Job): boolean => job.url !== null && (pathOf(job.url) === reference.path || runPathOf(pathOf(job.url)) === reference.path);
      return (await byPointers(reads, [reference.path], isJobPath(reference.path))) ?? (await liveJob(reads, isThis, mostUrgent)) ?? byPointers(reads, [reference.path]);
    }
    case 'run': {
      const { repository, run } = reference;
      const inRepository = (job: Job): boolean => job.repository.fullName.toLowerCase() === repository;
      const byNumber = (job: Job): boolean => inRepository(job) && job.url !== null && runNumberOf(pathOf(job.url)) === run;
      const byId = (job: Job): boolean => inRepository(job) && String(job.runId) === run;
      return (await liveJob(reads, byNumber, mostUrgent)) ?? (await byPointers(reads, [runPointer(repository, run)])) ?? (await liveJob(reads, byId, mostUrgent)) ?? byPointers(reads, [runIdPointer(repository, run)]);
    }
    case 'text':
      return reference.text === '' ? undefined : byText(reads, reference.text);
  }
}

export async function findRunner(reads: FindReads, text: string): Promise<Runner | undefined> {
  const wanted = text.trim();
  const live = (await reads.listLive()).runners.find((runner) => isCalled(runner, wanted) || String(runner.runnerId) === wanted);
  if (live !== undefined) return live;
  for (const key of [wanted, tailPointer(wanted), runnerIdPointer(wanted)]) {
    const pointer = await reads.pointer(key);
    const record = pointer?.done ? await reads.ended(pointer.done) : undefined;
    if (record?.runner) return record.runner;
    const inScope = pointer?.runner ? (await reads.loadScope(pointer.scope)).runners.find((runner) => runner.name === pointer.runner) : undefined;
    if (inScope !== undefined) return inScope;
  }
  return undefined;
}

async function byText(reads: FindReads, text: string): Promise<FoundJob | undefined> {
  const byId = await assemble(reads, text);
  if (byId !== undefined) return byId;
  const live = await reads.listLive();
  const runner = live.runners.find((candidate) => isCalled(candidate, text));
  if (runner !== undefined) return assemble(reads, runner.ran ?? runner.launchedFor);
  const named = await byPointers(reads, [text, tailPointer(text)]);
  if (named !== undefined) return named;
  const newest = live.jobs.filter((job) => job.name === text).sort((left, right) => right.queuedAt - left.queuedAt)[0];
  return newest === undefined ? byPointers(reads, [namePointer(text)]) : assemble(reads, newest.id, newest);
}

/** `allowed` is false where the pointer must wait: a run's address means its waiting job first. */
async function byPointers(reads: FindReads, keys: readonly string[], allowed = true): Promise<FoundJob | undefined> {
  if (!allowed) return undefined;
  for (const key of keys) {
    const pointer = await reads.pointer(key);
    if (pointer === undefined) continue;
    const id = pointer.job ?? (await runnersJob(reads, pointer));
    const found = id === undefined ? undefined : await assemble(reads, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function runnersJob(reads: FindReads, { runner: name, scope, done }: Pointer): Promise<JobId | undefined> {
  if (name === null) return undefined;
  const live = (await reads.loadScope(scope)).runners.find((runner) => runner.name === name);
  const runner = live ?? (done === null ? null : (await reads.ended(done))?.runner);
  return runner?.ran ?? runner?.launchedFor;
}

async function liveJob(reads: FindReads, matches: (job: Job) => boolean, order: (left: Job, right: Job) => number): Promise<FoundJob | undefined> {
  const job = (await reads.listLive()).jobs.filter(matches).sort(order)[0];
  return job === undefined ? undefined : assemble(reads, job.id, job);
}

/** Everything about one job id. */
async function assemble(reads: FindReads, id: JobId, known?: Job): Promise<FoundJob | undefined> {
  const [record, pointer] = await Promise.all([reads.recallJob(id), reads.pointer(jobPointer(id))]);
  const scope = known?.scope ?? record?.scope ?? pointer?.scope;
  if (scope === undefined) return undefined;
  const [items, pointers] = await Promise.all([reads.loadScope(scope), reads.runnerPointers(jobPointer(id))]);
  const liveJob = items.jobs.find((job) => job.id === id) ?? null;
  const endedJob = liveJob === null && pointer?.done ? ((await reads.ended(pointer.done))?.job ?? null) : null;
  const job = liveJob ?? endedJob;
  const identity = record ?? (job === null ? undefined : identityOf(job));
  if (identity === undefined) return undefined;
  const ended = await Promise.all(pointers.map(async ({ done }) => (done === null ? undefined : (await reads.ended(done))?.runner)));
  const runners = new Map<string, Runner>();
  for (const runner of [...ended, ...items.runners]) {
    if (runner && (runner.ran === id || runner.launchedFor === id)) runners.set(runner.name, runner);
  }
  return { ...identity, live: liveJob !== null, job, runners: [...runners.values()] };
}

function identityOf({ id, scope, repository, runId, name, url }: Job): JobRecord {
  return { id, scope, repository, runId, name, url, final: null };
}

function isCalled(runner: Runner, text: string): boolean {
  return runner.name === text || runner.instanceId === text || runnerNameTail(runner.name) === text;
}

const isJobPath = (path: string): boolean => runPathOf(path) !== path;

/** A run has many jobs: what waits first, then what runs, then the newest. */
const URGENCY = { queued: 0, blocked: 1, running: 2, done: 3 } as const;
function mostUrgent(left: Job, right: Job): number {
  return URGENCY[left.status] - URGENCY[right.status] || right.queuedAt - left.queuedAt;
}
