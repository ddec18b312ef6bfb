import type { Connection, GiteaRequest } from './connection.js';
import { GiteaError, isGiteaError } from './errors.js';
import { orGone } from './gone.js';
import { jobFields, toJob, type Job, type JobStatus } from './job.js';
import { readPages } from './pages.js';
import { count, listOf, maybe, object } from './payload-fields.js';
import type { RepositoryPaths, RepositoryReference } from './repository-paths.js';
import { atActions, type Scope } from './scope.js';
import type { UnknownWord } from './unknown-words.js';

/** A job as a list or a read shows it. From 1.27 it may be the caller of a reusable workflow, which no runner ever gets; no field tells. */
export interface ListedJob extends Job {
  /** `owner/name`, from the job's address: rows do not name their repository, and its id not at all. */
  readonly repositoryPath: string;
  readonly unknown: readonly UnknownWord[];
}

export interface JobQuery {
  /** Several unite. A job that is being cancelled (1.27) is found by none of them. */
  readonly status?: Exclude<JobStatus, 'unknown'> | readonly Exclude<JobStatus, 'unknown'>[];
  /** The whole instance by default, which wants an administrator's token. */
  readonly scope?: Scope;
  readonly signal?: AbortSignal;
}

/** What can be said of a job where there is no jobs API (1.24): whether it was ever picked. */
export type JobLogsState = 'not-started' | 'started' | 'unclear';

export interface Jobs {
  /**
   * Lists jobs, all pages. Since 1.25; on 1.25 for owners only.
   * An organisation's list is cut to what the token may read since 1.26, without a word. Absence from a list proves nothing.
   */
  listJobs(query?: JobQuery): Promise<readonly ListedJob[]>;
  /** May this token list the jobs of a scope? Throws `unauthorized` where the token itself is not accepted. */
  canListJobs(scope: Scope, signal?: AbortSignal): Promise<boolean>;
  /** The newest attempt's jobs of a run. */
  listRunJobs(repository: RepositoryReference, runId: number, signal?: AbortSignal): Promise<readonly ListedJob[]>;
  /** Null where the job is gone though its repository is there. */
  getJob(repository: RepositoryReference, jobId: number, signal?: AbortSignal): Promise<ListedJob | null>;
  /** `unclear` on 1.24 and 1.25 from the pick-up to the first line, and for an id that never was. */
  jobLogsState(repository: RepositoryReference, jobId: number, signal?: AbortSignal): Promise<JobLogsState>;
  /** The log so far; null where there is none. */
  jobLog(repository: RepositoryReference, jobId: number, signal?: AbortSignal): Promise<string | null>;
}

const listFields = object({ jobs: maybe(listOf(jobFields)), total_count: count });

export function createJobs(connection: Connection, repositories: RepositoryPaths): Jobs {
  const readAll = (request: GiteaRequest) =>
    readPages(request, async (page) => {
      const { data, json } = await connection.read(page, listFields);
      const raw = (json as { jobs?: readonly object[] | null }).jobs ?? [];
      return { rows: (data.jobs ?? []).map((fields, index) => toListedJob(fields, raw[index] ?? {}, page)), total: data.total_count };
    });

  const readLog = (repository: RepositoryReference, jobId: number, headOnly: boolean, signal?: AbortSignal) =>
    repositories.at(repository, (path) => connection.call({ method: 'GET', path: `${path}/actions/jobs/${jobId}/logs`, headOnly, signal }));

  return {
    listJobs: ({ status, scope, signal } = {}) =>
      atActions(repositories, scope ?? { kind: 'instance' }, (path) => readAll({ method: 'GET', path: `${path}/jobs`, query: { status: typeof status === 'string' ? [status] : status }, signal })),

    async canListJobs(scope, signal) {
      try {
        await atActions(repositories, scope, (path) => connection.read({ method: 'GET', path: `${path}/jobs`, query: { status: 'queued', page: 1, limit: 1 }, signal }, listFields));
        return true;
      } catch (error) {
        if (isGiteaError(error, 'forbidden', 'not-found')) return false;
        throw error;
      }
    },

    listRunJobs: (repository, runId, signal) =>
      repositories.at(repository, (path) => readAll({ method: 'GET', path: `${path}/actions/runs/${runId}/jobs`, signal })),

    getJob: (repository, jobId, signal) =>
      orGone(() =>
        repositories.at(repository, async (path) => {
          const request: GiteaRequest = { method: 'GET', path: `${path}/actions/jobs/${jobId}`, signal };
          const { data, json } = await connection.read(request, jobFields);
          return toListedJob(data, json as object, request);
        }),
      ),

    async jobLogsState(repository, jobId, signal) {
      try {
        await readLog(repository, jobId, true, signal);
        return 'started';
      } catch (error) {
        if (isGiteaError(error, 'server')) return 'unclear';
        if (!isGiteaError(error, 'not-found') || error.noSuchRoute) throw error;
        // The one place where Gitea's words decide: the same status stands for opposite things.
        if (error.sentence.includes('job not started')) return 'not-started';
        if (error.sentence.includes('logs not found')) return 'started';
        throw error;
      }
    },

    async jobLog(repository, jobId, signal) {
      const answer = await orGone(() => readLog(repository, jobId, false, signal)).catch((error: unknown) => {
        // Up to 1.26.2 a job without a line answers 500.
        if (isGiteaError(error, 'server')) return null;
        throw error;
      });
      return answer?.text ?? null;
    },
  };
}

/** Rows name their repository only by their address, `…/api/v1/repos/{owner}/{name}/actions/jobs/{id}`. */
export function toListedJob(fields: Parameters<typeof toJob>[0], raw: object, { method, path }: GiteaRequest): ListedJob {
  const unknown: UnknownWord[] = [];
  const job = toJob(fields, 'job', raw, unknown);
  const [, owner, name] = /\/api\/v1\/repos\/([^/]+)\/([^/]+)\/actions\//.exec(fields.url) ?? [];
  if (owner === undefined || name === undefined) {
    throw new GiteaError({ kind: 'unexpected-answer', method, path, sentence: `url of job ${job.id}: expected …/api/v1/repos/{owner}/{name}/actions/…` });
  }
  return { ...job, repositoryPath: `${decodeURIComponent(owner)}/${decodeURIComponent(name)}`, unknown };
}
