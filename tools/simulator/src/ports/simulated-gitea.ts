import { scopeKey, type GiteaPort, type Job, type JobFact, type JobId, type Repository, type RunJob, type RunnerRow, type Scope, type ServerFacts } from '@tinqs/fleet';
import type { JobState, RunnerRegistration, SimulatedJob } from '../gitea/gitea-state.js';
import { isBusy, isOnline, type RunnerLevel } from '../gitea/registrations.js';
import { createFates, SimulatedOutageError } from '../world/fate.js';
import { isJustBack } from '../world/misbehaviour.js';
import type { Delivery } from '../world/outgoing.js';
import type { SimulatedWorld } from '../world/world.js';

export interface SimulatedGiteaOptions {
  /** Seed of lost requests and answers. */
  readonly seed?: number;
  /** The clock of a world in real time; without one its time stands still during calls. */
  readonly now?: () => number;
  /** The root of `html_url`. */
  readonly root?: string;
}

const ROOT = 'http://gitea.simulated';

/** Gitea as fleet's port, without HTTP: thousands of schedules run on it in virtual time. Calls take no time; lost ones throw. */
export function simulatedGitea(world: SimulatedWorld, { seed = 1, root = ROOT, now }: SimulatedGiteaOptions = {}): GiteaPort {
  const fates = createFates(world, seed);
  async function call<Result>(name: string, carryOut: () => Result): Promise<Result> {
    if (now) world.settle(now());
    const fate = fates('gitea');
    if (fate === 'request-lost') throw new SimulatedOutageError('gitea', name, fate);
    const result = carryOut();
    if (fate === 'answer-lost') throw new SimulatedOutageError('gitea', name, fate);
    return result;
  }
  const needsJobsApi = (): void => {
    if (!world.traits.jobsApi) throw new RangeError(`Gitea ${world.traits.release} has no jobs API`);
  };
  return {
    register: ({ name, labels, scope }) =>
      call('register', () => {
        const level = levelOf(scope);
        if (level.repositoryId !== undefined && !world.gitea.repositories.has(level.repositoryId)) return { kind: 'refused', sentence: `repository ${level.repositoryId} does not exist`, permanent: true } as const;
        const { id, uuid, token } = world.do('register', { name, labels, ephemeral: true, repositoryId: level.repositoryId ?? null, owner: level.owner ?? null });
        return { kind: 'registered', runnerId: id, credential: { id, uuid, token, name, address: root, labels, ephemeral: true } } as const;
      }),
    unregister: (scope, runnerId) =>
      call('unregister', () => {
        if (visible(world, scope, runnerId)) world.do('unregister', { runnerId });
      }),
    listRunners: (scope) => call('listRunners', () => [...world.gitea.registrations.values()].filter((row) => isIn(row, scope)).map((row) => rowOf(world, row))),
    readRunner: (scope, runnerId) =>
      call('readRunner', () => {
        const row = visible(world, scope, runnerId);
        return row ? rowOf(world, row) : null;
      }),
    readJob: (repository, id) =>
      call('readJob', () => {
        needsJobsApi();
        const job = world.gitea.jobs.get(Number(id));
        return job?.repositoryId === repository.id ? jobFact(world, job, 'read', root) : null;
      }),
    listJobs: () =>
      call('listJobs', () => {
        needsJobsApi();
        const queued = [...world.gitea.repositories.values()].flatMap((repository) => repository.queue);
        const open = new Set([...queued, ...world.gitea.running]);
        const callers = world.traits.expandsCallers ? openCallers(world) : [];
        const jobs = [...open].flatMap((id) => world.gitea.jobs.get(id) ?? []).filter((job) => job.state !== 'cancelling');
        return [...jobs, ...callers].sort((a, b) => a.id - b.id).map((job) => jobFact(world, job, 'listing', root));
      }),
    rerunJob: (_repository, runId, id) =>
      call('rerunJob', () => {
        if (!world.traits.rerunApi) return 'unsupported';
        const answer = world.do('rerun', { run: runId, what: { job: Number(id) } });
        return answer.kind === 'started' ? 'started' : answer.kind === 'not-done' ? 'not-yet' : 'gone';
      }),
    readRun: (_job, runId) =>
      call('readRun', () => {
        needsJobsApi();
        const run = world.gitea.runs.get(runId);
        if (!run) return null;
        const newer = [...world.gitea.runs.values()].filter((each) => each.repositoryId === run.repositoryId && each.id > run.id);
        const overtakes = (each: typeof run) => (each.ref === run.ref && (each.workflow.file === run.workflow.file || each.headSha !== run.headSha)) || (run.group !== null && each.group === run.group);
        return { jobs: run.jobIds.flatMap((id) => world.gitea.jobs.get(id) ?? []).map(runJob), superseded: newer.some(overtakes) };
      }),
    isCaller: (job: Pick<Job, 'id'>) => call('isCaller', () => world.gitea.jobs.get(Number(job.id))?.caller ?? false),
  };
}

/** Callers are listed under the state of the jobs they call. */
function openCallers(world: SimulatedWorld): readonly SimulatedJob[] {
  return [...world.gitea.repositories.values()]
    .flatMap((repository) => repository.openRuns.flatMap((id) => world.gitea.runs.get(id)?.jobIds ?? []))
    .flatMap((id) => world.gitea.jobs.get(id) ?? [])
    .filter((job) => job.caller && (job.state === 'queued' || job.state === 'running'));
}

function levelOf(scope: Scope): RunnerLevel {
  if (scope.kind === 'repository') return { repositoryId: scope.id };
  return scope.kind === 'owner' ? { owner: scope.name } : {};
}

/** The instance's list shows every row, the others exactly their own. */
function isIn(row: RunnerRegistration, scope: Scope): boolean {
  if (scope.kind === 'instance') return true;
  if (scope.kind === 'repository') return row.repositoryId === scope.id;
  return row.owner !== null && scopeKey({ kind: 'owner', name: row.owner }) === scopeKey(scope);
}

function visible(world: SimulatedWorld, scope: Scope, runnerId: number): RunnerRegistration | undefined {
  const row = world.gitea.registrations.get(runnerId);
  return row && isIn(row, scope) ? row : undefined;
}

function rowOf(world: SimulatedWorld, row: RunnerRegistration): RunnerRow {
  const unheard = isJustBack(world.misbehaviour, world.now);
  return { runnerId: row.id, name: row.name, online: isOnline(row, world.now, unheard), busy: isBusy(row, world.now, unheard), disabled: row.disabled };
}

const STATUS: Readonly<Record<JobState, JobFact['status']>> = { blocked: 'blocked', queued: 'queued', running: 'running', cancelling: 'running', done: 'done' };

function runJob({ id, name, plan, state, conclusion, runnerId, startedAt, completedAt }: SimulatedJob): RunJob {
  return { id: String(id), name, labels: plan.labels, status: STATUS[state], conclusion, runnerId, startedAt, completedAt };
}

/** A job as Gitea tells of it now. */
export function jobFact(world: SimulatedWorld, job: SimulatedJob, via: JobFact['via'], root = ROOT): JobFact {
  const repository = world.gitea.repositories.get(job.repositoryId);
  const run = world.gitea.runs.get(job.runId);
  return factOf(world, job, { id: job.repositoryId, fullName: repository ? `${repository.owner}/${repository.name}` : '' }, run ?? null, via, root);
}

/** What a `workflow_job` delivery says; `undefined` for other events. */
export function deliveryFact(world: SimulatedWorld, delivery: Delivery, root = ROOT): JobFact | undefined {
  const { report, repository } = delivery;
  if (report.event !== 'workflow_job') return undefined;
  const fact = factOf(world, report.job, { id: repository.id, fullName: `${repository.owner}/${repository.name}` }, report.run, 'delivery', root);
  return report.stale === 'runner-and-steps' ? { ...fact, runnerId: null } : fact;
}

function factOf(world: SimulatedWorld, job: SimulatedJob, repository: Repository, run: { id: number; number: number; headSha: string; ref: string } | null, via: JobFact['via'], root: string): JobFact {
  const page = world.traits.idsInPaths ? `${job.runId}/jobs/${job.id}` : `${run?.number}/jobs/${job.position}`;
  return {
    id: String(job.id) satisfies JobId,
    repository,
    runId: job.runId,
    name: job.name,
    labels: job.plan.labels,
    status: STATUS[job.state],
    conclusion: job.conclusion === 'skipped' && !world.traits.skippedHasConclusion ? null : job.conclusion,
    headSha: run?.headSha ?? null,
    headBranch: run?.ref.startsWith('refs/heads/') ? run.ref.slice('refs/heads/'.length) : null,
    url: `${root}/${repository.fullName}/actions/runs/${page}`,
    runnerId: job.runnerId,
    createdAt: job.createdAt + world.misbehaviour.giteaSkewMs,
    seenAt: world.now,
    via,
  };
}

/** What the planner must know of this server. */
export function serverFacts(world: SimulatedWorld): ServerFacts {
  const { jobsApi, newIdPerAttempt, singleShotClaim, rerunApi } = world.traits;
  return { jobsApi, newIdPerAttempt, singleShotClaim, rerunApi };
}
