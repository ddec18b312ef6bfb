import type { SimulatedJob, SimulatedRun } from '../gitea/gitea-state.js';
import { wireStatus } from '../gitea/jobs.js';
import type { WireContext } from './wire-context.js';

export interface JobShapeOptions {
  /** `owner/name`. */
  readonly repository: string;
  readonly run: SimulatedRun;
  /** In a delivery, or in an answer of the REST API: up to 1.25 that has no steps. */
  readonly where: 'delivery' | 'api';
  /** What the notifier has not loaded. */
  readonly stale?: 'steps' | 'runner-and-steps' | null;
}

/** A `workflow_job`. Field by field: gitea services/convert/convert.go, and the recordings. */
export function jobShape(context: WireContext, job: SimulatedJob, { repository, run, where, stale = null }: JobShapeOptions): object {
  const { root, traits, time } = context;
  const api = `${root}/api/v1/repos/${repository}/actions`;
  const names = stale !== 'runner-and-steps';
  const hasConclusion = job.state === 'done' && (job.conclusion !== 'skipped' || traits.skippedHasConclusion);
  return {
    id: job.id,
    url: traits.jobsApi ? `${api}/jobs/${job.id}` : `${api}/runs/${run.id}/jobs/${job.id}`,
    html_url: pageOf(context, job, repository, run),
    run_id: run.id,
    run_url: `${api}/runs/${run.id}`,
    name: job.name,
    labels: job.plan.labels,
    run_attempt: job.attempt,
    head_sha: run.headSha,
    ...(run.ref.startsWith('refs/heads/') ? { head_branch: run.ref.slice('refs/heads/'.length) } : {}),
    status: wireStatus(job.state),
    ...(hasConclusion ? { conclusion: job.conclusion } : {}),
    ...(names && job.runnerId !== null ? { runner_id: job.runnerId } : {}),
    ...(names && job.runnerName !== null ? { runner_name: job.runnerName } : {}),
    steps: stepsOf(context, job, where, stale),
    created_at: time(job.createdAt),
    started_at: time(job.startedAt),
    completed_at: time(job.completedAt),
  };
}

/** Up to 1.25 by the run's number and the job's position, since 1.26 by ids. */
export function pageOf(context: WireContext, job: SimulatedJob, repository: string, run: SimulatedRun): string {
  return `${context.root}/${repository}/actions/runs/${context.traits.idsInPaths ? `${run.id}/jobs/${job.id}` : `${run.number}/jobs/${job.position}`}`;
}

function stepsOf({ traits, time }: WireContext, job: SimulatedJob, where: 'delivery' | 'api', stale: JobShapeOptions['stale']): object[] | null {
  if (job.runnerId === null) return traits.steps ? [] : null;
  if (!traits.steps && (where === 'api' || stale)) return null;
  const isOver = job.state === 'done';
  return (job.plan.steps ?? [`echo ${job.plan.key}`]).map((name, number) => ({
    name: traits.steps ? `Run ${name}` : name,
    number,
    // Up to 1.26.1 a step has the state of its job; since then its own, and it has just been picked.
    status: isOver ? 'completed' : traits.steps ? 'queued' : 'in_progress',
    ...(isOver && !(job.conclusion === 'skipped' && !traits.skippedHasConclusion) ? { conclusion: job.conclusion } : {}),
    started_at: time(isOver ? job.startedAt : null),
    completed_at: time(isOver ? job.completedAt : null),
  }));
}
