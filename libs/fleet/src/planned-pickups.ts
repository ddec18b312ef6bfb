import { covers } from './class-match.js';
import type { Job, JobFact } from './job.js';
import { isOpenPlan } from './planned-job.js';
import type { RunnerRow, ScopeItems } from './ports.js';
import { recordJobFact } from './record.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import type { SweepView } from './sweep-view.js';
import type { Instant } from './time.js';

/** A planned job that a runner took, or took and finished, as its row tells. */
export interface PlannedPickup {
  readonly job: Job;
  readonly runner: Runner;
  readonly status: 'running' | 'done';
}

/**
 * Gitea 1.24 lists no jobs: that a planned job was taken shows only in the rows of the runners. One that is busy took
 * a job; one that is gone finished it, since Gitea deletes an ephemeral row in that moment. Each takes one planned
 * job off the demand: the one it was launched for, else the oldest it could take. `before`: rows were read then.
 */
export function plannedPickups(items: Pick<ScopeItems, 'jobs' | 'runners'>, rows: readonly RunnerRow[], before: Instant): readonly PlannedPickup[] {
  const open = items.jobs.filter(isOpenPlan).sort((a, b) => a.queuedAt - b.queuedAt || (a.id < b.id ? -1 : 1));
  const taken = new Set(items.jobs.flatMap((job) => job.runnerId ?? []));
  const pickups: PlannedPickup[] = [];
  for (const runner of items.runners) {
    const { launched } = runner.stages;
    if (runner.state === 'ended' || runner.ran !== null || launched === undefined || launched >= before || taken.has(runner.runnerId)) continue;
    const row = rows.find((each) => each.runnerId === runner.runnerId);
    if (row !== undefined && !row.busy) continue;
    const mine = open.findIndex((job) => job.id === runner.launchedFor);
    const index = mine >= 0 ? mine : open.findIndex((job) => job.status === 'queued' && covers(runner.labels, job.labels));
    const [job] = index < 0 ? [] : open.splice(index, 1);
    if (job !== undefined) pickups.push({ job, runner, status: row === undefined ? 'done' : 'running' });
  }
  return pickups;
}

/** Writes them, and answers with the scope as it is then. */
export async function notePlannedPickups({ ports, rows, now }: SweepView, scope: Scope, items: ScopeItems): Promise<ScopeItems> {
  const listed = rows.get(scopeKey(scope));
  if (listed === undefined || !items.jobs.some(isOpenPlan) || (await ports.server()).jobsApi) return items;
  const pickups = plannedPickups(items, listed, now);
  for (const { job, runner, status } of pickups) await recordJobFact(ports, scope, factOf(job, runner, status, now));
  return pickups.length === 0 ? items : ports.store.loadScope(scopeKey(scope));
}

function factOf(job: Job, runner: Runner, status: PlannedPickup['status'], seenAt: Instant): JobFact {
  const { id, repository, runId, name, labels, headSha, headBranch, url } = job;
  return { id, repository, runId, name, labels, headSha, headBranch, url, createdAt: job.createdAt, status, conclusion: status === 'done' ? 'unknown' : null, runnerId: runner.runnerId, seenAt, via: 'plan' };
}
