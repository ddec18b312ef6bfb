import type { Job, JobId } from './job.js';

/** Planned from a push, and neither taken by a runner nor over. */
export function isOpenPlan(job: Job): boolean {
  return job.planned !== undefined && (job.status === 'queued' || job.status === 'blocked');
}

/**
 * Planned jobs for which Gitea's own row is known: never both are demand. Rows stand for plans by commit and name,
 * counted: two rows of one name replace two plans, the ones planned first.
 */
export function replacedPlans(jobs: readonly Job[]): ReadonlySet<JobId> {
  const plans = jobs.filter(isOpenPlan);
  if (plans.length === 0) return new Set();
  const rows = new Map<string, number>();
  for (const job of jobs) {
    if (job.planned === undefined && job.headSha !== null) rows.set(keyOf(job), (rows.get(keyOf(job)) ?? 0) + 1);
  }
  const replaced = new Set<JobId>();
  for (const job of [...plans].sort((a, b) => a.queuedAt - b.queuedAt || (a.id < b.id ? -1 : 1))) {
    const left = rows.get(keyOf(job)) ?? 0;
    if (left === 0) continue;
    rows.set(keyOf(job), left - 1);
    replaced.add(job.id);
  }
  return replaced;
}

function keyOf(job: Job): string {
  return `${job.repository.id} ${job.headSha} ${job.name}`;
}
