import { covers } from './class-match.js';
import type { Job } from './job.js';
import type { RunnerRow, ScopeItems } from './ports.js';
import { amendJob } from './record.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import type { SweepView } from './sweep-view.js';
import type { Instant } from './time.js';

/**
 * Queued jobs that a runner may have taken without a word of it: its row is busy or gone, and no job is known to be
 * its. Without `workflow_job` deliveries that is how most jobs begin and end. `before`: rows were read then.
 */
export function mayHaveRun(items: Pick<ScopeItems, 'jobs' | 'runners'>, rows: readonly RunnerRow[], before: Instant): readonly Job[] {
  const silent = items.runners.filter((runner) => isSilent(runner, rows, before));
  return items.jobs.filter((job) => job.status === 'queued' && job.planned === undefined && silent.some((runner) => covers(runner.labels, job.labels)));
}

/** Each change of its row is a doubt once. */
function isSilent(runner: Runner, rows: readonly RunnerRow[], before: Instant): boolean {
  const { launched } = runner.stages;
  if (runner.state === 'ended' || runner.ran !== null || launched === undefined || launched >= before) return false;
  const row = rows.find((each) => each.runnerId === runner.runnerId);
  return row === undefined ? !runner.registrationGone : row.busy && runner.state !== 'busy' && runner.state !== 'draining';
}

/** P4: they are no demand until Gitea was asked once more; else each would get a second machine. */
export async function doubtUnknownPickups({ ports, rows, now }: SweepView, scope: Scope, items: ScopeItems): Promise<void> {
  const listed = rows.get(scopeKey(scope));
  if (listed === undefined || !(await ports.server()).jobsApi) return;
  const doubtedAt = ports.now();
  await Promise.all(mayHaveRun(items, listed, now).map((job) => amendJob(ports, job, (current) => (current.status === 'queued' ? { ...current, doubtedAt } : undefined))));
}
