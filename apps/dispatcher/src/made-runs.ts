import type { Repository, ServerFacts } from '@tinqs/fleet';
import { isGiteaError, type CommitStatus, type GiteaClient, type ListedJob } from '@tinqs/gitea-client';

/** What Gitea made of a commit, from the best source there is. */
export type Made =
  | { readonly kind: 'runs'; readonly runs: readonly MadeRun[] }
  /** Without a list of jobs (1.24, or a token that may not list): the statuses beside the commit. */
  | { readonly kind: 'statuses'; readonly statuses: readonly CommitStatus[] }
  | { readonly kind: 'unknown' };

export interface MadeRun {
  readonly id: number;
  readonly file: string;
  readonly event: string;
  readonly ref: string;
  /** The rows of its newest attempt. */
  readonly jobs: readonly ListedJob[];
}

type Reads = Pick<GiteaClient, 'call' | 'repositoryById' | 'listRunJobs' | 'commitStatuses'>;

const PER_PAGE = 50;

/** Throws only what may be otherwise in a minute. */
export async function readMade(gitea: Reads, server: ServerFacts, repository: Repository, sha: string): Promise<Made> {
  if (server.jobsApi) {
    const runs = await listRuns(gitea, repository, sha).catch(refused);
    if (runs !== undefined) return { kind: 'runs', runs };
  }
  const statuses = await gitea.commitStatuses({ id: repository.id }, sha).catch(refused);
  return statuses === undefined ? { kind: 'unknown' } : { kind: 'statuses', statuses };
}

function refused(error: unknown): undefined {
  if (isGiteaError(error, 'forbidden', 'not-found', 'refused')) return undefined;
  throw error;
}

/** `GET …/actions/runs?head_sha=` (≥ 1.25; up to 1.25 for the repository's owner only), all pages, with the rows of each run. */
async function listRuns(gitea: Reads, repository: Repository, sha: string): Promise<readonly MadeRun[]> {
  const { fullName } = await gitea.repositoryById(repository.id);
  const path = `/api/v1/repos/${fullName.split('/').map(encodeURIComponent).join('/')}/actions/runs`;
  const runs: Omit<MadeRun, 'jobs'>[] = [];
  for (let page = 1; ; page += 1) {
    const answer = JSON.parse((await gitea.call({ method: 'GET', path, query: { head_sha: sha, page, limit: PER_PAGE } })).text) as { readonly workflow_runs?: readonly RunAnswer[] | null; readonly total_count?: number };
    const rows = answer.workflow_runs ?? [];
    // A server that does not know the filter would answer with everything.
    for (const run of rows) if (run.head_sha === sha && !runs.some((each) => each.id === run.id)) runs.push(toRun(run));
    if (rows.length < PER_PAGE || page * PER_PAGE >= (answer.total_count ?? 0)) break;
  }
  return Promise.all(runs.map(async (run) => ({ ...run, jobs: await gitea.listRunJobs({ id: repository.id }, run.id) })));
}

interface RunAnswer {
  readonly id: number;
  readonly path?: string;
  readonly event?: string;
  readonly head_sha?: string;
}

/** `path` is `ci.yml@refs/heads/main`. */
function toRun({ id, path = '', event = '' }: RunAnswer): Omit<MadeRun, 'jobs'> {
  const at = path.indexOf('@');
  return { id, event, file: at < 0 ? path : path.slice(0, at), ref: at < 0 ? '' : path.slice(at + 1) };
}

/** What the statuses of its commit say of one job. No entry says nothing. */
export type StatusVerdict = { readonly kind: 'unseen' | 'open' | 'blocked' } | { readonly kind: 'final'; readonly conclusion: string };

/**
 * Entries are called `workflow / job (event)`; the name of a workflow without one is empty, or (older servers) its
 * file's. The text of an open entry lags behind a pick-up, never behind what frees a job.
 */
export function statusVerdict(statuses: readonly CommitStatus[], job: { readonly name: string; readonly from: { readonly context: string; readonly file: string; readonly event: string } }): StatusVerdict {
  const { context, file, event } = job.from;
  const names = [context, `${file} / ${job.name} (${event})`];
  const entry = statuses.find((each) => names.includes(each.context.trim()));
  if (entry === undefined) return { kind: 'unseen' };
  if (entry.state !== 'pending') return { kind: 'final', conclusion: entry.state };
  return { kind: entry.description.startsWith('Blocked') ? 'blocked' : 'open' };
}
