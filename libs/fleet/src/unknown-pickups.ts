import { covers } from './class-match.js';
import type { Job, JobFact } from './job.js';
import type { FleetPorts, RunnerRow, ScopeItems } from './ports.js';
import { amendJob, recordListedFact } from './record.js';
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

/** Up to so many are asked one by one; of more, one listing tells most. */
const FEW = 3;

/** P4: they are no demand until Gitea was asked once more; else each would get a second machine. */
export async function doubtUnknownPickups({ ports, rows, now }: SweepView, scope: Scope, items: ScopeItems): Promise<void> {
  const listed = rows.get(scopeKey(scope));
  if (listed === undefined || !(await ports.server()).jobsApi) return;
  const doubtedAt = ports.now();
  const jobs = mayHaveRun(items, listed, now);
  const doubtful = jobs.length <= FEW ? jobs : await withoutListed(ports, scope, jobs);
  await Promise.all(doubtful.map((job) => amendJob(ports, job, (current) => (current.status === 'queued' ? { ...current, doubtedAt } : undefined))));
}

/** Those of which a listing, asked for after the rows, says neither that they wait still nor who took them. */
async function withoutListed(ports: FleetPorts, scope: Scope, jobs: readonly Job[]): Promise<readonly Job[]> {
  let facts: readonly JobFact[];
  try {
    facts = await ports.gitea.listJobs();
  } catch (cause) {
    ports.log.warn('jobs could not be listed, each is asked for', { scope: scopeKey(scope), cause });
    return jobs;
  }
  const told = new Map(facts.filter((fact) => fact.status === 'queued' || fact.runnerId !== null).map((fact) => [fact.id, fact]));
  for (const job of jobs) {
    const fact = told.get(job.id);
    if (fact !== undefined) await recordListedFact(ports, scope, fact, job);
  }
  return jobs.filter((job) => !told.has(job.id));
}
