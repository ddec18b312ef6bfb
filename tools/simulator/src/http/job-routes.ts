import type { JobState, SimulatedJob, SimulatedRepository } from '../gitea/gitea-state.js';
import { jobShape, pageOf } from '../wire/job-shape.js';
import { copyOf } from '../gitea/deliveries.js';
import { repositoryShape } from '../wire/repository-shape.js';
import { runShape } from '../wire/run-shape.js';
import { failure, listHeaders, pageOfList, type Answer, type Call, type RepositoryRoute, type Route } from './call.js';
import { isOwner } from './authorization.js';

const STATES: Readonly<Record<string, (job: SimulatedJob) => boolean>> = {
  queued: (job) => job.state === 'queued',
  in_progress: (job) => job.state === 'running',
  completed: (job) => job.state === 'done',
  success: (job) => job.conclusion === 'success',
  failure: (job) => job.conclusion === 'failure',
  skipped: (job) => job.conclusion === 'skipped',
  neutral: (job) => job.conclusion === 'skipped',
  cancelled: (job) => job.conclusion === 'cancelled',
  timed_out: (job) => job.conclusion === 'cancelled',
  ...Object.fromEntries(['waiting', 'pending', 'requested', 'action_required'].map((word) => [word, (job: SimulatedJob) => job.state === ('blocked' satisfies JobState)])),
};

/** A list of jobs, of all attempts. A job that is being cancelled is found by no status. */
function listJobs(call: Call, repositoryIds: ReadonlySet<number> | null, extra: (job: SimulatedJob) => boolean = () => true): Answer {
  const wanted = call.query.getAll('status');
  const unknown = wanted.find((word) => !(word in STATES));
  if (unknown !== undefined) return failure(call, 400, `Invalid status ${unknown}`);
  const jobs = call.world.jobs().filter((job) => (repositoryIds === null || repositoryIds.has(job.repositoryId)) && extra(job) && (wanted.length === 0 || wanted.some((word) => STATES[word]!(job))));
  if (call.context.version >= '1.27' && call.query.get('order') === 'desc') jobs.reverse();
  const shown = pageOfList(call, jobs).flatMap((job) => shapeOf(call, job) ?? []);
  return { status: 200, body: { jobs: shown, total_count: jobs.length }, headers: listHeaders(call, jobs.length) };
}

function shapeOf({ world, context }: Call, job: SimulatedJob): object | undefined {
  const run = world.gitea.runs.get(job.runId);
  const repository = world.gitea.repositories.get(job.repositoryId);
  return run && repository && jobShape(context, job, { repository: `${repository.owner}/${repository.name}`, run, where: 'api' });
}

export const JOB_LISTS: readonly Route[] = [
  { method: 'GET', pattern: '/api/v1/admin/actions/jobs', scope: 'admin', since: '1.25', answer: (call) => listJobs(call, null) },
  { method: 'GET', pattern: '/api/v1/orgs/:owner/actions/jobs', scope: 'organization', since: '1.25', answer: (call) => listJobs(call, ofOwner(call, call.parameters['owner']!)) },
  { method: 'GET', pattern: '/api/v1/user/actions/jobs', scope: 'user', since: '1.25', answer: (call) => listJobs(call, ofOwner(call, call.actor?.login ?? '')) },
];

function ofOwner({ world }: Call, owner: string): ReadonlySet<number> {
  return new Set([...world.gitea.repositories.values()].filter((repository) => repository.owner.toLowerCase() === owner.toLowerCase()).map(({ id }) => id));
}

export const JOB_ROUTES: readonly RepositoryRoute[] = [
  {
    method: 'GET',
    pattern: '/actions/jobs',
    scope: 'repository',
    since: '1.25',
    answer: (call, repository) =>
      !call.context.traits.pagesAlways && !isOwner(call.actor, repository) ? failure(call, 403, 'user should be the owner of the repo') : listJobs(call, new Set([repository.id])),
  },
  { method: 'GET', pattern: '/actions/jobs/:job', scope: 'repository', since: '1.25', answer: (call, repository) => withJob(call, repository, (job) => ({ status: 200, body: shapeOf(call, job) ?? null })) },
  { method: 'GET', pattern: '/actions/jobs/:job/logs', scope: 'repository', answer: readLog },
  { method: 'GET', pattern: '/actions/runs', scope: 'repository', since: '1.25', answer: listRuns },
  { method: 'GET', pattern: '/actions/runs/:run', scope: 'repository', since: '1.25', answer: readRun },
  { method: 'GET', pattern: '/actions/runs/:run/jobs', scope: 'repository', since: '1.25', answer: (call, repository) => listJobs(call, new Set([repository.id]), newestOf(call)) },
  { method: 'POST', pattern: '/actions/runs/:run/rerun', scope: 'repository', since: '1.26', answer: (call, repository) => rerun(call, repository, 'all') },
  { method: 'POST', pattern: '/actions/runs/:run/rerun-failed-jobs', scope: 'repository', since: '1.26', answer: (call, repository) => rerun(call, repository, 'failed') },
  { method: 'POST', pattern: '/actions/runs/:run/jobs/:job/rerun', scope: 'repository', since: '1.26', answer: (call, repository) => rerun(call, repository, { job: Number(call.parameters['job']) }) },
  { method: 'POST', pattern: '/actions/workflows/:file/dispatches', scope: 'repository', answer: dispatchWorkflow },
  { method: 'GET', pattern: '/commits/:sha/status', scope: 'repository', answer: commitStatus },
];

function withJob(call: Call, repository: SimulatedRepository, answer: (job: SimulatedJob) => Answer): Answer {
  const job = call.world.gitea.jobs.get(Number(call.parameters['job']));
  return job?.repositoryId === repository.id ? answer(job) : failure(call, 404, null, call.context.version < '1.27' ? ['resource does not exist'] : null);
}

function newestOf({ world, parameters }: Call): (job: SimulatedJob) => boolean {
  const run = world.gitea.runs.get(Number(parameters['run']));
  return (job) => run?.jobIds.includes(job.id) ?? false;
}

/** Newest first; of the filters only `head_sha` is known here. */
function listRuns(call: Call, repository: SimulatedRepository): Answer {
  if (!call.context.traits.pagesAlways && !isOwner(call.actor, repository)) return failure(call, 403, 'user should be the owner of the repo');
  const sha = call.query.get('head_sha');
  const runs = [...call.world.gitea.runs.values()].filter((run) => run.repositoryId === repository.id && (sha === null || run.headSha === sha)).reverse();
  const shown = pageOfList(call, runs).map((run) => runShape(call.context, call.world, repository, run));
  return { status: 200, body: { workflow_runs: shown, total_count: runs.length }, headers: listHeaders(call, runs.length) };
}

function readRun(call: Call, repository: SimulatedRepository): Answer {
  const run = call.world.gitea.runs.get(Number(call.parameters['run']));
  return run?.repositoryId === repository.id ? { status: 200, body: runShape(call.context, call.world, repository, run) } : failure(call, 404);
}

function rerun(call: Call, repository: SimulatedRepository, what: 'all' | 'failed' | { job: number }): Answer {
  const run = call.world.gitea.runs.get(Number(call.parameters['run']));
  if (run?.repositoryId !== repository.id) return failure(call, 404);
  const answer = call.world.do('rerun', { run: run.id, what });
  if (answer.kind === 'not-found') return failure(call, 404, 'workflow job not found');
  if (answer.kind === 'not-done') return failure(call, 400, 'this workflow run is not done');
  if (what === 'failed') return { status: 201 };
  const job = answer.job === null ? undefined : call.world.gitea.jobs.get(answer.job);
  return { status: 201, body: (job && shapeOf(call, job)) ?? runShape(call.context, call.world, repository, run) };
}

/** A branch, by either name; a commit id is no ref. The run's id is told since 1.26, on request. */
function dispatchWorkflow(call: Call, repository: SimulatedRepository): Answer {
  const { ref } = (call.body ?? {}) as { ref?: string };
  if (!ref) return failure(call, 422, 'ref is required parameter');
  const branch = ref.replace(/^refs\/heads\//, '');
  const workflow = repository.dispatchable[call.parameters['file']!];
  if (!workflow || repository.branches[branch] === undefined) return failure(call, 404);
  const { run: id } = call.world.do('dispatch', { repository: repository.id, workflow, branch, by: call.actor?.login ?? 'operator' });
  if (call.context.version < '1.26' || call.query.get('return_run_details') !== 'true') return { status: 204 };
  const path = `${repository.owner}/${repository.name}/actions/runs/${id}`;
  return { status: 200, body: { workflow_run_id: id, run_url: `${call.context.root}/api/v1/repos/${path}`, html_url: `${call.context.root}/${path}` } };
}

/** Queued, blocked, and cancelled before the pick-up: not started. This is the witness where there is no jobs API. */
function readLog(call: Call, repository: SimulatedRepository): Answer {
  const job = call.world.gitea.jobs.get(Number(call.parameters['job']));
  if (!job) return failure(call, 500, '');
  if (job.repositoryId !== repository.id) return failure(call, 404, null, ['job not found']);
  if (job.runnerId === null || job.startedAt === null) return failure(call, 404, null, ['job not started']);
  const line = (at: number, text: string): string => `${new Date(at).toISOString().slice(0, 19)}.0000000Z ${text}\n`;
  const lines = [line(job.startedAt, `${job.runnerName}(version:v0.2.13) received task of job ${job.plan.key}`), line(job.startedAt, 'workflow prepared')];
  if (job.completedAt !== null) lines.push(line(job.completedAt, `Job ${job.conclusion === 'success' ? 'succeeded' : 'failed'}`));
  return { status: 200, body: lines.join('') };
}

/** Entries of pushes only, of each name the one that changed last: a second run at the commit takes the place. A job cancelled by a newer run while it ran stays `pending` for ever. */
function commitStatus(call: Call, repository: SimulatedRepository): Answer {
  const { world, context } = call;
  const sha = call.parameters['sha']!;
  const runs = [...world.gitea.runs.values()].filter((run) => run.repositoryId === repository.id && run.headSha === sha && run.event === 'push');
  const all = runs.flatMap((run) =>
    run.jobIds.flatMap((id) => {
      const job = world.gitea.jobs.get(id);
      if (!job) return [];
      const superseded = context.traits.cancelsOlderRuns && job.conclusion === 'cancelled' && job.runnerId !== null;
      const status = job.state !== 'done' || superseded ? 'pending' : job.conclusion === 'success' || job.conclusion === 'skipped' ? 'success' : 'failure';
      const updated = context.time(job.completedAt ?? job.updatedAt);
      return {
        id,
        status,
        target_url: new URL(pageOf(context, job, `${repository.owner}/${repository.name}`, run)).pathname,
        description: status === 'pending' ? (job.state === 'blocked' ? 'Blocked by required conditions' : 'Waiting to run') : status === 'success' ? 'Successful' : 'Has been cancelled',
        url: `${context.root}/api/v1/repos/${repository.owner}/${repository.name}/statuses/${sha}`,
        context: `${run.workflow.name} / ${job.name} (push)`,
        creator: null,
        created_at: context.time(job.createdAt),
        updated_at: updated,
      };
    }),
  );
  const newest = new Map<string, (typeof all)[number]>();
  for (const each of all) if ((newest.get(each.context)?.updated_at ?? '') <= each.updated_at) newest.set(each.context, each);
  const statuses = [...newest.values()];
  const state = statuses.some((each) => each.status === 'failure') ? 'failure' : statuses.some((each) => each.status === 'pending') ? 'pending' : 'success';
  const shown = pageOfList(call, statuses);
  return { status: 200, body: { state, sha, total_count: shown.length, statuses: shown, repository: repositoryShape(context, copyOf(repository)), commit_url: '', url: '' }, headers: { 'x-total-count': String(statuses.length) } };
}
