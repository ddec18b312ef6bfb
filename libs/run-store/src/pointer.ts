import { runnerNameTail, type EndedRecord, type Job, type JobId, type Runner, type ScopeKey } from '@tinqs/fleet';
import { pathOf, runNumberOf, runPathOf } from './reference.js';

/** Leads from what people paste to what is stored. */
export interface Pointer {
  readonly scope: ScopeKey;
  readonly job: JobId | null;
  readonly runner: string | null;
  /** The key of its history record, once it ended. */
  readonly done: { readonly pk: string; readonly sk: string } | null;
}

/** A pointer to write when something ends. `member`: one of several runners of that job. */
export interface PointerEntry {
  readonly key: string;
  readonly member: string | null;
  readonly scope: ScopeKey;
  readonly job: JobId | null;
  readonly runner: string | null;
}

export const jobPointer = (id: JobId): string => `job:${id}`;
export const namePointer = (name: string): string => `name:${name}`;
export const tailPointer = (tail: string): string => `tail:${tail}`;
export const runnerIdPointer = (id: number | string): string => `runner-id:${id}`;
/** By the number that the address shows. */
export const runPointer = (repository: string, run: string): string => `run:${repository.toLowerCase()}#${run}`;
/** By the API's run id, which is another number up to Gitea 1.25. */
export const runIdPointer = (repository: string, run: string): string => `run-id:${repository.toLowerCase()}#${run}`;

/** Every key under which the ended job or runner can be found later. */
export function pointersOf(record: EndedRecord): readonly PointerEntry[] {
  if (record.kind === 'job') return record.job === null ? [] : jobPointers(record.job);
  return record.runner === null ? [] : runnerPointers(record.runner);
}

function jobPointers(job: Job): readonly PointerEntry[] {
  const path = job.url === null ? null : pathOf(job.url);
  const number = path === null ? null : runNumberOf(path);
  const keys = [
    jobPointer(job.id),
    namePointer(job.name),
    path,
    path === null ? null : runPathOf(path),
    number === null ? null : runPointer(job.repository.fullName, number),
    job.runId === null ? null : runIdPointer(job.repository.fullName, String(job.runId)),
  ];
  return unique(keys).map((key) => ({ key, member: null, scope: job.scope, job: job.id, runner: null }));
}

function runnerPointers(runner: Runner): readonly PointerEntry[] {
  const job = runner.ran ?? runner.launchedFor;
  const target = { scope: runner.scope, job, runner: runner.name };
  const own = unique([runner.name, tailPointer(runnerNameTail(runner.name)), runner.instanceId, runnerIdPointer(runner.runnerId)]);
  const jobs = unique([runner.launchedFor, runner.ran]);
  return [...own.map((key) => ({ key, member: null, ...target })), ...jobs.map((id) => ({ key: jobPointer(id), member: runner.name, ...target }))];
}

function unique(keys: readonly (string | null)[]): readonly string[] {
  return [...new Set(keys.filter((key) => key !== null))];
}
