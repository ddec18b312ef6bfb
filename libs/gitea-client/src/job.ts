import type * as z from 'zod/mini';
import { count, id, listOf, maybe, object, text, time, timeOf } from './payload-fields.js';
import { knownWord, unknownFields, type UnknownWord } from './unknown-words.js';

/** Gitea's words on the wire, which are not its page's: `queued` may be taken now, `waiting` is blocked by needs, approval or concurrency. */
export type JobStatus = 'queued' | 'waiting' | 'in_progress' | 'completed' | 'unknown';
export type JobConclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'unknown';

/** One job as deliveries, lists and reads show it, the differences between versions levelled. */
export interface Job {
  /** Stable across re-runs up to 1.26; from 1.27 one attempt. */
  readonly id: number;
  readonly runId: number;
  /** Up to 1.26: 0 until first picked, so a re-run is queued with the previous number; from 1.27 right from `queued` on. */
  readonly runAttempt: number;
  readonly name: string;
  /** Empty where `runs-on` is missing, failed to evaluate, or (from 1.27) the job calls a reusable workflow. */
  readonly labels: readonly string[];
  readonly status: JobStatus;
  /** Set exactly when completed; 1.24 leaves it out of skipped jobs, filled in here. */
  readonly conclusion: JobConclusion | null;
  readonly headSha: string;
  /** Null for tags and pull requests. */
  readonly headBranch: string | null;
  readonly htmlUrl: string;
  /** The runner that took it. On 1.24 null in a sweep's `completed` and in the second `in_progress` of a cancelled job. */
  readonly runnerId: number | null;
  /** Not unique: compare ids. */
  readonly runnerName: string | null;
  readonly createdAt: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
}

export const jobFields = object({
  id,
  run_id: id,
  run_attempt: maybe(count),
  url: text,
  html_url: text,
  name: text,
  labels: maybe(listOf(text)),
  status: text,
  conclusion: maybe(text),
  head_sha: text,
  head_branch: maybe(text),
  runner_id: maybe(count),
  runner_name: maybe(text),
  created_at: maybe(time),
  started_at: maybe(time),
  completed_at: maybe(time),
});

const known = new Set([...Object.keys(jobFields.shape), 'run_url', 'steps']);
const statuses = ['queued', 'waiting', 'in_progress', 'completed'] as const;
const conclusions = ['success', 'failure', 'cancelled', 'skipped'] as const;

/** Levels a job's fields; what is unknown in them is added to `unknown`. */
export function toJob(fields: z.infer<typeof jobFields>, path: string, raw: object, unknown: UnknownWord[]): Job {
  const status = knownWord(fields.status, statuses, `${path}.status`, unknown);
  unknown.push(...unknownFields(path, raw, known));
  return {
    id: fields.id,
    runId: fields.run_id,
    runAttempt: fields.run_attempt ?? 0,
    name: fields.name,
    labels: fields.labels ?? [],
    status,
    conclusion: conclusionOf(fields.conclusion, status, path, unknown),
    headSha: fields.head_sha,
    headBranch: fields.head_branch || null,
    htmlUrl: fields.html_url,
    runnerId: fields.runner_id || null,
    runnerName: fields.runner_name || null,
    createdAt: timeOf(fields.created_at),
    startedAt: timeOf(fields.started_at),
    completedAt: timeOf(fields.completed_at),
  };
}

function conclusionOf(word: string | null | undefined, status: JobStatus, path: string, unknown: UnknownWord[]): JobConclusion | null {
  if (word) return knownWord(word, conclusions, `${path}.conclusion`, unknown);
  return status === 'completed' ? 'skipped' : null;
}
