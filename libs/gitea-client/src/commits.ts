import type { Connection } from './connection.js';
import { orGone } from './gone.js';
import { readPages, totalOf } from './pages.js';
import { count, id, listOf, maybe, object, text } from './payload-fields.js';
import type { RepositoryPaths, RepositoryReference } from './repository-paths.js';

export interface Commit {
  readonly id: string;
  /** More than one: a merge. */
  readonly parents: readonly string[];
  /** Whole: the words that skip a run are looked for in all of it. */
  readonly message: string;
}

/** What a commit's page shows beside its message: one entry per job, context and check. */
export interface CommitStatus {
  readonly context: string;
  /** `pending` is open; `success`, `failure`, `error`, `warning` and `skipped` are final. */
  readonly state: string;
  /** For a job the path of its `html_url`. */
  readonly targetUrl: string;
  /** Lags behind: `Waiting to run` of a job that runs. */
  readonly description: string;
}

export interface Commits {
  /** Null where the repository has no such commit. */
  commit(repository: RepositoryReference, commit: string, signal?: AbortSignal): Promise<Commit | null>;
  /** The commits of `head` since its merge base with `base`, newest first; none backwards. Null where one of the two is unknown. */
  compare(repository: RepositoryReference, base: string, head: string, signal?: AbortSignal): Promise<readonly Commit[] | null>;
  /**
   * The newest status of every context of a commit, all pages. On 1.24 the only thing to ask about a job of a push, pull request or release
   * that is still open; dispatches have no entry, and a job cancelled by a newer run while it ran stays `pending` for ever.
   */
  commitStatuses(repository: RepositoryReference, commit: string, signal?: AbortSignal): Promise<readonly CommitStatus[]>;
}

const commitFields = object({ sha: text, parents: maybe(listOf(object({ sha: text }))), commit: object({ message: text }) });
const compareFields = object({ commits: maybe(listOf(commitFields)) });
const statusFields = object({ id, context: maybe(text), status: text, target_url: maybe(text), description: maybe(text) });
const statusesFields = object({ statuses: maybe(listOf(statusFields)), total_count: count });

/** Nothing of this is used, and computing it costs the server a diff. */
const brief = { stat: false, verification: false, files: false };

export function createCommits(connection: Connection, repositories: RepositoryPaths): Commits {
  return {
    commit: (repository, commit, signal) =>
      orGone(() =>
        repositories.at(repository, async (path) => {
          const { data } = await connection.read({ method: 'GET', path: `${path}/git/commits/${encodeURIComponent(commit)}`, query: brief, signal }, commitFields);
          return toCommit(data);
        }),
      ),

    compare: (repository, base, head, signal) =>
      orGone(() =>
        repositories.at(repository, async (path) => {
          const { data } = await connection.read({ method: 'GET', path: `${path}/compare/${encodeURIComponent(base)}...${encodeURIComponent(head)}`, query: { verification: false, files: false }, signal }, compareFields);
          return (data.commits ?? []).map(toCommit);
        }),
      ),

    commitStatuses: (repository, commit, signal) =>
      repositories.at(repository, async (path) => {
        let seen = 0;
        const rows = await readPages({ method: 'GET', path: `${path}/commits/${encodeURIComponent(commit)}/status`, signal }, async (page) => {
          const { data, answer } = await connection.read(page, statusesFields);
          seen += data.statuses?.length ?? 0;
          // The body's total_count counts this page only.
          return { rows: data.statuses ?? [], total: totalOf(answer, seen) };
        });
        return rows.map((row) => ({ context: row.context ?? '', state: row.status, targetUrl: row.target_url ?? '', description: row.description ?? '' }));
      }),
  };
}

function toCommit(fields: { readonly sha: string; readonly parents?: readonly { readonly sha: string }[] | null | undefined; readonly commit: { readonly message: string } }): Commit {
  return { id: fields.sha, parents: (fields.parents ?? []).map(({ sha }) => sha), message: fields.commit.message };
}
