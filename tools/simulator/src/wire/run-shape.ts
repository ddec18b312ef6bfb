import { copyOf } from '../gitea/deliveries.js';
import type { SimulatedJob, SimulatedRepository, SimulatedRun } from '../gitea/gitea-state.js';
import type { WorldView } from '../world/world-view.js';
import { userShape } from './account-shape.js';
import { repositoryShape } from './repository-shape.js';
import type { WireContext } from './wire-context.js';

/** An ActionWorkflowRun. */
export function runShape(context: WireContext, world: WorldView, repository: SimulatedRepository, run: SimulatedRun): object {
  const { root, time } = context;
  const jobs = run.jobIds.flatMap((id) => world.gitea.jobs.get(id) ?? []);
  const { status, conclusion } = summaryOf(jobs);
  const base = `${root}/api/v1/repos/${repository.owner}/${repository.name}/actions/runs/${run.id}`;
  const since127 = context.version >= '1.27';
  return {
    id: run.id,
    url: base,
    ...(since127 ? { previous_attempt_url: run.attempt > 1 ? `${base}/attempts/${run.attempt - 1}` : null } : {}),
    html_url: `${root}/${repository.owner}/${repository.name}/actions/runs/${context.traits.idsInPaths ? run.id : run.number}`,
    display_title: run.title,
    path: `${run.workflow.file}@${run.ref}`,
    event: run.event,
    run_attempt: since127 ? run.attempt : 0,
    run_number: run.number,
    head_sha: run.headSha,
    ...(run.ref.startsWith('refs/heads/') ? { head_branch: run.ref.slice('refs/heads/'.length) } : {}),
    status,
    ...(conclusion ? { conclusion } : {}),
    actor: userShape(context, run.by),
    trigger_actor: userShape(context, run.by),
    repository: repositoryShape(context, copyOf(repository)),
    ...(since127 ? { pull_requests: [] } : {}),
    started_at: time(earliest(jobs.map((job) => job.startedAt))),
    completed_at: time(conclusion ? Math.max(...jobs.map((job) => job.completedAt ?? 0)) : null),
  };
}

function summaryOf(jobs: readonly SimulatedJob[]): { status: string; conclusion?: string } {
  if (jobs.some((job) => job.state === 'running' || job.state === 'cancelling')) return { status: 'in_progress' };
  if (jobs.some((job) => job.state === 'queued')) return { status: 'queued' };
  if (jobs.some((job) => job.state === 'blocked')) return { status: 'waiting' };
  const of = (conclusion: string): boolean => jobs.some((job) => job.conclusion === conclusion);
  return { status: 'completed', conclusion: of('cancelled') ? 'cancelled' : of('failure') ? 'failure' : jobs.every((job) => job.conclusion === 'skipped') ? 'skipped' : 'success' };
}

function earliest(instants: readonly (number | null)[]): number | null {
  const known = instants.filter((instant): instant is number => instant !== null);
  return known.length > 0 ? Math.min(...known) : null;
}
