import type { Connection, GiteaRequest } from './connection.js';
import { isGiteaError } from './errors.js';
import { orGone } from './gone.js';
import { jobFields } from './job.js';
import { toListedJob, type ListedJob } from './jobs.js';
import { readPages } from './pages.js';
import { count, id, listOf, maybe, object, text } from './payload-fields.js';
import type { RepositoryPaths, RepositoryReference } from './repository-paths.js';

/** One execution of a workflow. */
export interface Run {
  readonly id: number;
  /** The name of the workflow's file, without its folder; of a scoped workflow (1.27) a file the repository does not have. */
  readonly workflow: string;
  /** The ref behind `@` in the run's path. */
  readonly ref: string;
  /** The name under `on`; a scheduled run says `push` up to 1.26.0. */
  readonly event: string;
  readonly headSha: string;
  readonly htmlUrl: string;
}

export type RerunOutcome =
  /** From 1.27 a job with a new id, and the other jobs of the run as new rows; up to 1.26 the same id. */
  | { readonly kind: 'started'; readonly job: ListedJob | null }
  /** The run is not over, its workflow is disabled, or (1.27) it had 50 attempts. */
  | { readonly kind: 'refused'; readonly sentence: string }
  /** No such job, or (1.27) one of an older attempt. */
  | { readonly kind: 'gone' }
  /** Up to 1.25 there is no such call. */
  | { readonly kind: 'unsupported' };

export interface Runs {
  /** Since 1.25. Null where the run is gone. */
  getRun(repository: RepositoryReference, runId: number, signal?: AbortSignal): Promise<Run | null>;
  /** The runs of the repository that were made after that one, newest first. Since 1.25, where only its owner may ask. */
  listNewerRuns(repository: RepositoryReference, runId: number, signal?: AbortSignal): Promise<readonly Run[]>;
  rerunJob(repository: RepositoryReference, runId: number, jobId: number, signal?: AbortSignal): Promise<RerunOutcome>;
  /**
   * Starts a workflow by its file's name, at a branch or tag (a commit id is 404). Since 1.26 the answer tells the run.
   * A 500 does not mean that nothing was started.
   */
  dispatchWorkflow(
    repository: RepositoryReference,
    workflow: string,
    options: { readonly ref: string; readonly inputs?: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
  ): Promise<{ readonly runId: number | null; readonly htmlUrl: string | null }>;
}

const runFields = object({ id, path: text, event: maybe(text), head_sha: text, html_url: maybe(text) });
const runListFields = object({ workflow_runs: maybe(listOf(runFields)), total_count: count });
const dispatchFields = object({ workflow_run_id: id, html_url: maybe(text) });

export function createRuns(connection: Connection, repositories: RepositoryPaths): Runs {
  return {
    getRun: (repository, runId, signal) =>
      orGone(() =>
        repositories.at(repository, async (path) => {
          const { data } = await connection.read({ method: 'GET', path: `${path}/actions/runs/${runId}`, signal }, runFields);
          return toRun(data);
        }),
      ),

    listNewerRuns: (repository, runId, signal) =>
      repositories.at(repository, async (path) => {
        const request: GiteaRequest = { method: 'GET', path: `${path}/actions/runs`, signal };
        const runs = await readPages(request, async (page) => {
          const { data } = await connection.read(page, runListFields);
          const rows = (data.workflow_runs ?? []).map(toRun);
          // Gitea lists the newest first: behind the first that is no newer nothing is asked for.
          const newer = rows.filter((run) => run.id > runId);
          return newer.length < rows.length ? { rows: newer, total: 0 } : { rows, total: data.total_count };
        });
        return runs;
      }),

    async rerunJob(repository, runId, jobId, signal) {
      try {
        return await repositories.at(repository, async (path) => {
          const request: GiteaRequest = { method: 'POST', path: `${path}/actions/runs/${runId}/jobs/${jobId}/rerun`, signal };
          const answer = await connection.call(request);
          const json = parseDetails(answer.text);
          const fields = jobFields.safeParse(json);
          return { kind: 'started', job: fields.success ? toListedJob(fields.data, json as object, request) : null };
        });
      } catch (error) {
        if (isGiteaError(error, 'refused')) return { kind: 'refused', sentence: error.sentence };
        if (!isGiteaError(error, 'not-found') || error.path.startsWith('/api/v1/repositories/')) throw error;
        return { kind: error.noSuchRoute ? 'unsupported' : 'gone' };
      }
    },

    dispatchWorkflow: (repository, workflow, { ref, inputs = {}, signal }) =>
      repositories.at(repository, async (path) => {
        const answer = await connection.call({
          method: 'POST',
          path: `${path}/actions/workflows/${encodeURIComponent(workflow)}/dispatches`,
          // Ignored up to 1.25.
          query: { return_run_details: true },
          body: { ref, inputs },
          signal,
        });
        const details = dispatchFields.safeParse(parseDetails(answer.text)).data;
        return { runId: details?.workflow_run_id ?? null, htmlUrl: details?.html_url ?? null };
      }),
  };
}

function toRun({ id: runId, path, event, head_sha: headSha, html_url: htmlUrl }: { id: number; path: string; event?: string | null | undefined; head_sha: string; html_url?: string | null | undefined }): Run {
  const at = path.indexOf('@');
  const [workflow, ref] = at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at + 1)];
  return { id: runId, workflow, ref, event: event ?? '', headSha, htmlUrl: htmlUrl ?? '' };
}

/** It was done: details that cannot be read, or are not sent, are left out. */
function parseDetails(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
