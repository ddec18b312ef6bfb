import { recordGone, recordJobFact, recordListedFact } from './record.js';
import { scopeKey, scopeOf, type Scope, type ScopeKey } from './scope.js';
import { LIMITS } from './limits.js';
import type { Job, JobFact } from './job.js';
import type { Runner } from './runner.js';
import { hours, seconds, type Instant } from './time.js';
import { META } from './surroundings.js';
import { attempt, type SweepView } from './sweep-view.js';

/** (c) Gitea's queued and in-progress jobs → table. A job that no webhook had announced is counted: that measures the webhook path. */
export async function compareWithGitea(view: SweepView): Promise<void> {
  const { jobsApi } = await view.ports.server();
  if (jobsApi) await recordListing(view);
  for (const scope of view.scopes) await attempt(view, `jobs of ${scopeKey(scope)}`, () => readSilentJobs(view, scope, jobsApi));
}

async function recordListing(view: SweepView): Promise<void> {
  const { ports, settings } = view;
  const facts = await attempt(view, 'listing', async () => {
    view.giteaAnswered ??= false;
    return ports.gitea.listJobs();
  });
  if (facts === undefined) return;
  view.giteaAnswered = true;
  view.inProgress = new Set(facts.filter((fact) => fact.status === 'running').map((fact) => fact.id));
  // Without `workflow_job` in the hook every job is found so.
  const { newIdPerAttempt } = await ports.server();
  const announces = (await ports.store.readMeta(META.source)) !== 'push';
  const live = new Map<ScopeKey, Promise<ReadonlyMap<string, Job>>>();
  for (const fact of facts) {
    const scope = scopeOf(settings.scopeKind, fact.repository);
    const key = scopeKey(scope);
    await attempt(view, `job ${fact.id}`, async () => {
      if (!live.has(key)) live.set(key, ports.store.loadScope(key).then(({ jobs }) => new Map(jobs.map((job) => [job.id, job]))));
      const known = (await live.get(key))?.get(fact.id);
      const recorded = await recordListedFact(ports, scope, fact, known);
      if (announces && recorded.kind === 'recorded' && recorded.job !== undefined && isMissed(recorded.job, known, view.now) && !(newIdPerAttempt && recorded.job.caller !== false)) await countMissed(view, fact);
      if (view.scopes.some((each) => scopeKey(each) === key)) return;
      view.scopes.push(scope);
      await ports.store.noteScope(scope);
    });
  }
}

/** Deliveries take up to 3.5 s, longer behind a slow receiver. From 1.27 a row counts when it is known to be no caller. */
const DELIVERY_TIME = seconds(30);

/** Once a job: in the pass that confirms it first after that time. */
function isMissed(job: Job, before: Job | undefined, now: Instant): boolean {
  if (job.announced || job.status === 'blocked' || job.status === 'done') return false;
  const since = job.createdAt ?? job.queuedAt;
  return now - since > DELIVERY_TIME && (before === undefined || before.confirmedAt - since <= DELIVERY_TIME);
}

async function countMissed(view: SweepView, fact: JobFact): Promise<void> {
  view.missed += 1;
  view.ports.log.warn('job found that no webhook announced', { job: fact.id, repository: fact.repository.fullName });
  const missed = (await view.ports.store.readMeta(META.missed)) as number | undefined;
  await view.ports.store.writeMeta(META.missed, (missed ?? 0) + 1);
}

/**
 * P16, P18: jobs that should be in a list and are not are read one by one. Absence proves nothing: a cancel up to
 * 1.25 sends no event, and a job being cancelled on 1.27 is in no list by status. On 1.24 the witness is the row.
 */
async function readSilentJobs(view: SweepView, scope: Scope, jobsApi: boolean): Promise<void> {
  const { ports } = view;
  const { jobs, runners } = await ports.store.loadScope(scopeKey(scope));
  // A planned job has no row that could be read.
  for (const job of jobsApi ? jobs.filter((each) => each.planned === undefined && isSilent(each, view)) : jobs) {
    await attempt(view, `job ${job.id}`, async () => {
      if (!jobsApi) return (await isOverOn124(view, scope, job, runners)) ? void (await recordGone(ports, scope, job)) : undefined;
      const fact = await ports.gitea.readJob(job.repository, job.id);
      view.giteaAnswered = true;
      await (fact === null ? recordGone(ports, scope, job) : recordJobFact(ports, scope, fact));
    });
  }
}

/** Queued jobs that want a machine are confirmed by the dispatcher; those of others only here, and seldom. */
function isSilent(job: Job, { inProgress, now }: SweepView): boolean {
  if (job.status === 'running') return inProgress?.has(job.id) !== true;
  return job.status !== 'done' && now - job.confirmedAt > 10 * LIMITS.confirmed;
}

/** Gitea ends what is abandoned after 24 h, and tells it once. */
const ABANDONED = hours(25);

async function isOverOn124(view: SweepView, scope: Scope, job: Job, runners: readonly Runner[]): Promise<boolean> {
  if (job.status === 'done') return false;
  if (view.now - (job.pickedAt ?? job.queuedAt) > ABANDONED) return true;
  if (job.status !== 'running') return false;
  // P19: we deleted its registration, since EC2 took its machine: Gitea's zombie sweep ends the job, and tells it.
  if (runners.some((each) => each.outcome === 'interrupted' && each.runnerId === job.runnerId)) return false;
  const runnerId = runners.find((each) => each.ran === job.id)?.runnerId ?? job.runnerId;
  return runnerId !== null && (await view.ports.gitea.readRunner(scope, runnerId)) === null;
}
