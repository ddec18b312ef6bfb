import { recordGone, recordJobFact } from './record.js';
import { scopeKey, scopeOf } from './scope.js';
import { LIMITS } from './limits.js';
import type { Job, JobFact } from './job.js';
import { minutes, seconds, type Instant } from './time.js';
import { META } from './surroundings.js';
import type { SweepView } from './sweep.js';

/** (c) Gitea's queued and in-progress jobs → table. A job that no webhook had announced is counted: that measures the webhook path. */
export async function compareWithGitea(view: SweepView): Promise<void> {
  const { ports, settings } = view;
  const server = await ports.server();
  if (server.jobsApi) {
    const facts = await ports.gitea.listJobs();
    view.inProgress = new Set(facts.filter((fact) => fact.status === 'running').map((fact) => fact.id));
    // Without `workflow_job` in the hook every job is found so.
    const announces = (await ports.store.readMeta(META.source)) !== 'push';
    for (const fact of facts) {
      const scope = scopeOf(settings.scopeKind, fact.repository);
      const recorded = await recordJobFact(ports, scope, fact);
      if (announces && recorded.job !== undefined && isMissed(recorded.job, view.now)) await countMissed(view, fact);
      if (!view.scopes.some((each) => scopeKey(each) === scopeKey(scope))) {
        view.scopes.push(scope);
        await ports.store.noteScope(scope);
      }
    }
  }
  await readBusyJobs(view, server.jobsApi);
}

/** Deliveries take up to 3.5 s, longer behind a slow receiver; a pass looks every minute, so each missed job is counted once. */
const DELIVERY_TIME = seconds(30);

function isMissed(job: Job, now: Instant): boolean {
  if (job.announced || job.status !== 'queued' || job.caller === true) return false;
  const age = now - (job.createdAt ?? job.queuedAt);
  return age > DELIVERY_TIME && (job.version === 1 || age <= DELIVERY_TIME + minutes(1));
}

async function countMissed(view: SweepView, fact: JobFact): Promise<void> {
  view.missed += 1;
  view.ports.log.warn('job found that no webhook announced', { job: fact.id, repository: fact.repository.fullName });
  const missed = (await view.ports.store.readMeta(META.missed)) as number | undefined;
  await view.ports.store.writeMeta(META.missed, (missed ?? 0) + 1);
}

/**
 * P16 to P18: jobs that should be running and are in no list are read one by one. Absence proves nothing: a cancel up
 * to 1.25 sends no event, and a job being cancelled on 1.27 is in no list by status. On 1.24 the witness is the row.
 */
async function readBusyJobs(view: SweepView, jobsApi: boolean): Promise<void> {
  const { ports } = view;
  for (const scope of view.scopes) {
    const { jobs, runners } = await ports.store.loadScope(scopeKey(scope));
    for (const job of jobs) {
      if (jobsApi && job.planned !== undefined) continue;
      if (jobsApi) {
        const unseen = job.status === 'running' ? view.inProgress?.has(job.id) !== true : job.status === 'blocked' && view.now - job.confirmedAt > 10 * LIMITS.confirmed;
        if (!unseen) continue;
        const fact = await ports.gitea.readJob(job.repository, job.id);
        await (fact === null ? recordGone(ports, scope, job) : recordJobFact(ports, scope, fact));
      } else if (job.status === 'running') {
        const runner = runners.find((each) => each.ran === job.id);
        if (runner !== undefined && (await ports.gitea.readRunner(scope, runner.runnerId)) === null) await recordGone(ports, scope, job);
      }
    }
  }
}
