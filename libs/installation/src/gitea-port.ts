import type { GiteaPort, Job, JobFact, LogPort, Repository, Scope } from '@tinqs/fleet';
import { listsRepository } from '@tinqs/fleet';
import { GiteaError, isGiteaError, registerRunner, type GiteaClient, type Job as GiteaJob, type ListedJob, type Scope as GiteaScope } from '@tinqs/gitea-client';
import { jobStatusOf } from './job-status.js';
import { readRun } from './read-run.js';

export interface GiteaPortOptions {
  readonly client: GiteaClient;
  readonly now: () => number;
  readonly allowedRepositories: readonly string[];
  /** With scope `instance`: what registers. Otherwise the scope's token is asked for. */
  readonly registrationToken: (() => Promise<string>) | null;
  /** Does the workflow file at the job's commit say that its key only calls another workflow? */
  readonly isCaller: (job: Job) => Promise<boolean>;
  readonly log: Pick<LogPort, 'warn'>;
}

/** Fits the client to what the controller and the sweep need. */
export function createGiteaPort({ client, now, allowedRepositories, registrationToken, isCaller, log }: GiteaPortOptions): GiteaPort {
  const byPath = new Map<string, { readonly repository: Repository; readonly mirror: boolean; readonly until: number }>();

  /** One that is gone, or closed to the token, hides nobody else's jobs. */
  const skip = (what: string, error: unknown): undefined => {
    log.warn('jobs cannot be listed', { of: what, cause: refusalOf(error) });
  };

  async function repositoryOf(path: string): Promise<{ readonly repository: Repository; readonly mirror: boolean }> {
    const known = byPath.get(path);
    if (known !== undefined && known.until > now()) return known;
    const { id, fullName, mirror } = await client.repositoryByPath(path);
    const found = { repository: { id, fullName }, mirror, until: now() + 60_000 };
    byPath.set(path, found);
    return found;
  }

  /** The highest level the token may list: the instance, else each owner, else each repository that is named without a glob. */
  async function listAllowed(signal: AbortSignal | undefined): Promise<readonly ListedJob[]> {
    const jobs = { status: ['queued', 'in_progress'] as const, ...(signal === undefined ? {} : { signal }) };
    const refusals: GiteaError[] = [];
    /** `last`: whoever is refused this is asked for nothing less. */
    const list = (scope?: GiteaScope, last?: string) =>
      client.listJobs({ ...jobs, ...(scope === undefined ? {} : { scope }) }).catch((error: unknown) => {
        refusals.push(refusalOf(error));
        if (last !== undefined) skip(last, error);
        return undefined;
      });
    const all = await list();
    if (all !== undefined) return all;
    const isName = (text: string) => !/[*?[{]/.test(text);
    const owners = [...new Set(allowedRepositories.map((entry) => entry.split('/')[0]!).filter(isName))];
    const lists = await Promise.all(
      owners.map(async (login) => {
        const named = allowedRepositories.filter((entry) => entry.startsWith(`${login}/`) && isName(entry));
        const ofOwner = await list({ kind: 'owner', login }, named.length === 0 ? login : undefined);
        if (ofOwner !== undefined) return [ofOwner];
        return Promise.all(named.map((fullName) => list({ kind: 'repository', repository: { fullName } }, fullName)));
      }),
    );
    const listed = lists.flat().filter((each) => each !== undefined);
    // Nothing at all: that is the token, and no empty list.
    if (listed.length === 0) throw refusals.at(-1)!;
    return listed.flat();
  }

  let isAdmin: Promise<boolean> | undefined;
  /**
   * A deleted repository took its jobs, runners and registrations with it. Only an administrator's token can tell it
   * from one that was hidden from the token: to any other, a 404 says nothing, and nothing is ended on its account.
   * Where nobody says whose token it is, the 404 stays what happened: a 403 of the look-up would count against the token.
   */
  async function repositoryGone(error: unknown): Promise<undefined> {
    if (!isGiteaError(error, 'not-found') || error.noSuchRoute) throw error;
    isAdmin ??= client.currentUser().then((user) => user.isAdmin);
    isAdmin.catch(() => (isAdmin = undefined));
    const mayTell = await isAdmin.catch((cause: unknown) => Promise.reject(goneOrHidden(error, cause)));
    if (!mayTell) throw error;
    return undefined;
  }

  return {
    async register({ name, labels, scope }) {
      const token = scope.kind === 'instance' && registrationToken !== null ? await registrationToken() : undefined;
      const answer = await registerRunner(client, { name, labels, scope: toGitea(scope), ephemeral: true, version: 'tinqs-ci', ...(token === undefined ? {} : { registrationToken: token }) });
      if (answer.kind === 'refused') return { kind: 'refused', sentence: `${answer.sentence} (${answer.remedy})`, permanent: answer.code === 'not-ephemeral' };
      return { kind: 'registered', runnerId: answer.id, credential: answer };
    },
    async unregister(scope, runnerId) {
      await client.deleteRunner(toGitea(scope), runnerId).catch(repositoryGone);
    },
    async listRunners(scope) {
      const rows = await client.listRunners(toGitea(scope)).catch(repositoryGone);
      return (rows ?? []).map((row) => ({ runnerId: row.id, name: row.name, online: row.online, busy: row.busy, disabled: row.disabled }));
    },
    async readRunner(scope, runnerId) {
      const row = await client.getRunner(toGitea(scope), runnerId).catch(repositoryGone);
      return row === undefined || row === null ? null : { runnerId: row.id, name: row.name, online: row.online, busy: row.busy, disabled: row.disabled };
    },
    async readJob(repository, id) {
      const seenAt = now();
      const job = await client.getJob({ id: repository.id }, Number(id)).catch(repositoryGone);
      return job === undefined || job === null ? null : toFact(job, repository, seenAt, 'read');
    },
    async listJobs(signal) {
      const seenAt = now();
      const facts: JobFact[] = [];
      const repositories = new Map<string, Awaited<ReturnType<typeof repositoryOf>> | undefined>();
      for (const job of await listAllowed(signal)) {
        const path = job.repositoryPath;
        if (!listsRepository(allowedRepositories, path)) continue;
        if (!repositories.has(path)) repositories.set(path, await repositoryOf(path).catch((error: unknown) => skip(path, error)));
        const found = repositories.get(path);
        if (found !== undefined && listsRepository(allowedRepositories, found.repository.fullName, { mirror: found.mirror })) facts.push(toFact(job, found.repository, seenAt, 'listing'));
      }
      return facts;
    },
    async rerunJob(repository, runId, id) {
      const { kind } = await client.rerunJob({ id: repository.id }, runId, Number(id));
      return kind === 'refused' ? 'not-yet' : kind;
    },
    readRun: (job, runId) => readRun(client, job, runId),
    isCaller,
  };
}

/** What is closed to the token, or hidden from it; anything else is thrown. */
function refusalOf(error: unknown): GiteaError {
  if (isGiteaError(error, 'forbidden', 'not-found')) return error;
  throw error;
}

/** The 404, with why it cannot be believed. `GET /user` wants `read:user` (`gitea@1.25:routers/api/v1/api.go`). */
function goneOrHidden({ kind, method, path, status, sentence }: GiteaError, cause: unknown): GiteaError {
  const needed = isGiteaError(cause, 'forbidden') ? ' until GITEA_TOKEN gets the scope read:user' : '';
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GiteaError({ kind, method, path, status: status ?? undefined, sentence: `${sentence}: deleted, or hidden from the token, which nobody can tell${needed} (${why})`, cause });
}

function toGitea(scope: Scope): GiteaScope {
  switch (scope.kind) {
    case 'repository':
      return { kind: 'repository', repository: { id: scope.id } };
    case 'owner':
      return { kind: 'owner', login: scope.name };
    case 'instance':
      return { kind: 'instance' };
  }
}

/** What Gitea said of a job, in the domain's words. `unknown` words of a newer server count as not ready: the sweep reads again. */
export function toFact(job: GiteaJob, repository: Repository, seenAt: number, via: JobFact['via']): JobFact {
  return {
    id: String(job.id),
    repository: { id: repository.id, fullName: repository.fullName },
    runId: job.runId,
    name: job.name,
    labels: job.labels,
    status: jobStatusOf(job.status),
    conclusion: job.conclusion,
    headSha: job.headSha === '' ? null : job.headSha,
    headBranch: job.headBranch,
    url: job.htmlUrl === '' ? null : job.htmlUrl,
    runnerId: job.runnerId,
    createdAt: job.createdAt === null ? null : Date.parse(job.createdAt),
    seenAt,
    via,
  };
}
