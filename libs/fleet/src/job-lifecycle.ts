import { GONE, type Job, type JobFact, type JobStatus } from './job.js';
import type { ScopeKey } from './scope.js';
import { addEntry } from './timeline.js';
import type { ServerFacts } from './world.js';

/** What a fact did to a job. `ask`: it cannot be told from here whether it is true; Gitea must be asked for that very job. */
export type FactOutcome = { readonly kind: 'changed' | 'same'; readonly job: Job } | { readonly kind: 'ask'; readonly job: Job };

const RANK: { readonly [status in JobStatus]: number } = { blocked: 0, queued: 1, running: 2, done: 3 };

/** A job as it is first heard of. */
export function jobFromFact(fact: JobFact, scope: ScopeKey): Job {
  const running = fact.status === 'running' || fact.status === 'done';
  return {
    id: fact.id,
    scope,
    repository: fact.repository,
    runId: fact.runId,
    name: fact.name,
    labels: fact.labels,
    status: fact.status,
    conclusion: fact.conclusion,
    generation: 0,
    headSha: fact.headSha,
    headBranch: fact.headBranch,
    url: fact.url,
    createdAt: fact.createdAt,
    queuedAt: fact.seenAt,
    confirmedAt: fact.seenAt,
    announced: announces(fact),
    caller: null,
    pickedAt: running && fact.runnerId !== null ? fact.seenAt : null,
    completedAt: fact.status === 'done' ? fact.seenAt : null,
    runnerId: fact.runnerId,
    failures: 0,
    notBefore: null,
    idleOuts: 0,
    reasons: [],
    timeline: addEntry([], fact.seenAt, fact.status, describe(fact)),
    version: 1,
    ...(fact.planned === undefined ? {} : { planned: fact.planned }),
  };
}

/**
 * States move forward and facts are written once (P17, I7): duplicated, reordered and delayed deliveries change nothing
 * but time. Only Gitea's answer to a question asked *after* the last change may take a job back to the queue; that
 * is a new generation.
 */
export function applyJobFact(job: Job, fact: JobFact, server: Pick<ServerFacts, 'newIdPerAttempt' | 'jobsApi'>): FactOutcome {
  const announced = job.announced || announces(fact);
  if (fact.status === 'done') {
    if (job.status === 'done') return settle(job, { ...job, announced, conclusion: betterConclusion(job, fact), runnerId: job.runnerId ?? fact.runnerId });
    // The end of an earlier attempt may be announced late, or brought again by the queue: whether this one is over, only Gitea knows.
    if (fact.via === 'delivery' && (job.generation > 0 || fact.seenAt < (job.pickedAt ?? 0))) return { kind: 'ask', job: { ...job, announced } };
    return changed(job, fact, { status: 'done', conclusion: fact.conclusion, completedAt: fact.seenAt, runnerId: job.runnerId ?? fact.runnerId, announced });
  }
  if (fact.status === 'running') {
    // P5: an overtaken delivery. Only an answer since the end shows a re-run.
    if (job.status === 'done') return isFresh(fact, job.completedAt) && fact.via !== 'delivery' ? believed(job, fact, announced) : settle(job, { ...job, announced });
    // Without a runner it is no pick-up: a caller of a reusable workflow (1.27), or a job that is over already (1.24).
    if (fact.runnerId === null && fact.via === 'delivery') return { kind: 'ask', job: { ...job, announced } };
    if (fact.runnerId === null) return settle(job, { ...job, announced });
    if (job.status === 'running' && job.runnerId !== null && job.runnerId !== fact.runnerId) return anotherRunner(job, fact, announced);
    if (job.status === 'running') return settle(job, { ...job, announced, runnerId: job.runnerId ?? fact.runnerId, confirmedAt: Math.max(job.confirmedAt, fact.seenAt) });
    return changed(job, fact, { status: 'running', pickedAt: fact.seenAt, runnerId: fact.runnerId, confirmedAt: Math.max(job.confirmedAt, fact.seenAt), announced });
  }
  if (RANK[fact.status] > RANK[job.status]) return changed(job, fact, { status: fact.status, labels: fact.labels, queuedAt: fact.seenAt, confirmedAt: fact.seenAt, announced });
  if (fact.status === job.status) return settle(job, { ...job, announced, labels: fact.labels, confirmedAt: Math.max(job.confirmedAt, fact.seenAt), idleOuts: isAnnouncedAnew(job, fact, server) ? 0 : job.idleOuts });
  if (job.status === 'queued') return fact.via === 'delivery' || !isFresh(fact, job.confirmedAt) ? settle(job, { ...job, announced }) : believed(job, fact, announced);
  // Queued or blocked after running or done: a stale delivery, a re-run (≤ 1.26), or a claim that was given back (1.27).
  if (job.status === 'done' && server.newIdPerAttempt && fact.via === 'delivery') return settle(job, { ...job, announced });
  if (fact.via === 'delivery') return { kind: 'ask', job: { ...job, announced } };
  return isFresh(fact, job.completedAt ?? job.pickedAt) ? believed(job, fact, announced) : settle(job, { ...job, announced });
}

/** That it is gone is only inferred: on 1.24 from its runner's row, which may go seconds before Gitea's word of how it ended comes. */
function betterConclusion(job: Job, fact: JobFact): string | null {
  return job.conclusion === GONE && isFresh(fact, job.pickedAt) ? (fact.conclusion ?? GONE) : job.conclusion;
}

/** Two attempts under one id (≤ 1.26), or a claim that was given back (1.27): which came last, only an answer tells. */
function anotherRunner(job: Job, fact: JobFact, announced: boolean): FactOutcome {
  if (fact.via === 'delivery') return { kind: 'ask', job: { ...job, announced } };
  return isFresh(fact, job.pickedAt) ? believed(job, fact, announced) : settle(job, { ...job, announced });
}

/** What takes a job back is the answer about that very job. A listing is only a reason to ask: clocks differ, and lists are long. */
function believed(job: Job, fact: JobFact, announced: boolean): FactOutcome {
  return fact.via === 'listing' ? { kind: 'ask', job: { ...job, announced } } : reopened(job, fact);
}

/** On 1.24, where nobody can be asked, it was run again and what lay between was not delivered: the doubts are of before. */
function isAnnouncedAnew(job: Job, fact: JobFact, { jobsApi }: Pick<ServerFacts, 'jobsApi'>): boolean {
  return !jobsApi && fact.via === 'delivery' && fact.status === 'queued' && isFresh(fact, job.confirmedAt);
}

function reopened(job: Job, fact: JobFact): FactOutcome {
  return changed(job, fact, {
    status: fact.status,
    conclusion: null,
    generation: job.generation + 1,
    labels: fact.labels,
    queuedAt: fact.seenAt,
    confirmedAt: fact.seenAt,
    pickedAt: fact.status === 'running' ? fact.seenAt : null,
    completedAt: null,
    runnerId: fact.runnerId,
    failures: 0,
    notBefore: null,
    idleOuts: 0,
  });
}

/** Did a webhook say that it is ready, or more? The caller of a reusable workflow (1.27) is announced as `waiting`, and never again. */
function announces(fact: JobFact): boolean {
  return fact.via === 'delivery' && fact.status !== 'blocked' && (fact.status !== 'running' || fact.runnerId !== null);
}

/** An answer counts only if its question was sent after what it would undo. */
function isFresh(fact: JobFact, since: number | null): boolean {
  return fact.seenAt > (since ?? 0);
}

function changed(job: Job, fact: JobFact, change: Partial<Job>): FactOutcome {
  return { kind: 'changed', job: { ...job, ...change, url: job.url ?? fact.url, timeline: addEntry(job.timeline, fact.seenAt, fact.status, describe(fact)) } };
}

function settle(before: Job, after: Job): FactOutcome {
  return { kind: isSame(before, after) && before.confirmedAt === after.confirmedAt ? 'same' : 'changed', job: after };
}

/** Is it the same but for the time of its last confirmation? Of two that differ by a fact of the same status. */
export function isSame(before: Job, after: Job): boolean {
  return before.announced === after.announced && before.conclusion === after.conclusion && before.runnerId === after.runnerId && before.idleOuts === after.idleOuts && before.labels.join('\n') === after.labels.join('\n');
}

function describe(fact: JobFact): string {
  const source = { delivery: 'webhook', listing: 'found by comparing with Gitea', read: 'asked Gitea', plan: 'planned from a push' }[fact.via];
  return fact.conclusion === null || fact.conclusion === '' ? source : `${source}: ${fact.conclusion}`;
}
