import { applyJobFact, isSame, jobFromFact } from './job-lifecycle.js';
import { GONE, type Job, type JobFact } from './job.js';
import type { FleetPorts } from './ports.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { seconds } from './time.js';

/** What became of a fact. `stale`: it is older than what is known and changed nothing. */
export type Recorded = { readonly kind: 'recorded' | 'unchanged' | 'stale'; readonly job: Job | undefined };

type RecordPorts = Pick<FleetPorts, 'store' | 'gitea' | 'server' | 'now'>;

const MOST_TRIES = 8;

/** Lost too many races for one item: the caller's queue brings the fact again. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
}

/**
 * Writes what Gitea said of one job: first its identity, kept for 90 days, by which a late duplicate of a finished
 * job is known; then the live job. Two calls where the job is new.
 */
export async function recordJobFact(ports: RecordPorts, scope: Scope, fact: JobFact): Promise<Recorded> {
  const { store } = ports;
  const key = scopeKey(scope);
  const identity = { id: fact.id, scope: key, repository: fact.repository, runId: fact.runId, name: fact.name, url: fact.url, final: null };
  const remembered = await store.rememberJob(identity);
  const final = remembered.kind === 'conflict' ? (remembered.current?.final ?? null) : null;

  if (fact.status === 'done') {
    await store.finishJob({ ...identity, final: { generation: final?.generation ?? 0, conclusion: fact.conclusion, at: fact.seenAt } });
    // It was moved to history already: nothing live is made again.
    if (final !== null) return amend(ports, scope, fact, undefined);
    return amend(ports, scope, fact, jobFromFact(fact, key));
  }
  if (final === null) return amend(ports, scope, fact, jobFromFact(fact, key));

  // P5: something that is not final about a job that was final. On Gitea ≥ 1.27 an id is one attempt: a delivery is stale.
  const server = await ports.server();
  // A doubled or replayed push plans the same ids again: only what Gitea itself shows as open is believed.
  if (fact.via === 'plan') return { kind: 'stale', job: undefined };
  // Unless it was run again before the server was upgraded: then it lives, or an answer says so. 1.24 cannot be asked:
  // `queued` is believed, `in_progress` only of a job that is known to be queued again.
  if ((server.newIdPerAttempt && fact.via === 'delivery') || (!server.jobsApi && fact.status === 'running')) return amend(ports, scope, fact, undefined);
  const answer = fact.via === 'read' ? fact : server.jobsApi ? await ports.gitea.readJob(fact.repository, fact.id) : fact;
  if (answer === null || answer.status === 'done' || answer.seenAt <= final.at) return { kind: 'stale', job: undefined };
  return amend(ports, scope, answer, { ...jobFromFact(answer, key), generation: final.generation + 1, announced: true });
}

/** A job counts as confirmed for 90 s: what confirms it again so soon need not be written. */
const CONFIRMED_ANEW = seconds(20);

/** `recordJobFact`, where the live job was read just before: what says the same again costs one write at most. */
export async function recordListedFact(ports: RecordPorts, scope: Scope, fact: JobFact, known: Job | undefined): Promise<Recorded> {
  if (known === undefined || known.status !== fact.status || fact.status === 'done') return recordJobFact(ports, scope, fact);
  const outcome = applyJobFact(known, fact, await ports.server());
  if (outcome.kind === 'ask') return recordJobFact(ports, scope, fact);
  const isOld = fact.seenAt - known.confirmedAt >= CONFIRMED_ANEW;
  if (outcome.kind === 'same' || (!isOld && isSame(known, outcome.job))) return { kind: 'unchanged', job: known };
  const written = await ports.store.replaceJob({ ...outcome.job, version: known.version + 1 });
  return written.kind === 'written' ? { kind: 'recorded', job: written.item } : recordJobFact(ports, scope, fact);
}

/** Creates the live job, or merges the fact into it; `fresh` undefined: only merges. */
async function amend(ports: RecordPorts, scope: Scope, fact: JobFact, fresh: Job | undefined): Promise<Recorded> {
  const { store } = ports;
  let current: Job | undefined;
  if (fresh !== undefined) {
    const created = await store.createJob(fresh);
    if (created.kind === 'written') return { kind: 'recorded', job: created.item };
    current = created.current;
  } else {
    current = (await store.loadScope(scopeKey(scope))).jobs.find((job) => job.id === fact.id);
  }
  const server = await ports.server();
  let news = fact;
  for (let tries = 0; tries < MOST_TRIES && current !== undefined; tries += 1) {
    const outcome = applyJobFact(current, news, server);
    if (outcome.kind === 'same') return { kind: 'unchanged', job: current };
    if (outcome.kind === 'ask') {
      const answer = server.jobsApi ? await ports.gitea.readJob(news.repository, news.id) : withoutAsking(current, news);
      if (answer === null) return server.jobsApi ? recordGone(ports, scope, current) : { kind: 'stale', job: current };
      if (answer.status === 'running' && answer.runnerId === null) return { kind: 'stale', job: current };
      // Its end is remembered beyond the live job.
      if (answer.status === 'done') return recordJobFact(ports, scope, { ...answer, via: 'read' });
      news = answer;
      continue;
    }
    const written = await store.replaceJob({ ...outcome.job, version: current.version + 1 });
    if (written.kind === 'written') return { kind: 'recorded', job: written.item };
    current = written.current;
  }
  if (current === undefined) return { kind: 'stale', job: undefined };
  throw new ContentionError(`could not record job ${fact.id} of ${fact.repository.fullName}: ${MOST_TRIES} writers were faster`);
}

/**
 * Gitea 1.24 cannot be asked. `in_progress` without a runner says that the job is over, with another runner that it
 * was run again; an end since the pick-up is believed; `queued` after the end is believed (a re-run; at worst one machine idles out),
 * `queued` after the pick-up is an overtaken delivery.
 */
function withoutAsking(job: Job, fact: JobFact): JobFact | null {
  if (fact.status === 'running') return fact.runnerId === null ? { ...fact, status: 'done', conclusion: 'cancelled' } : { ...fact, via: 'read' };
  // An end from before the pick-up is that of an earlier attempt; were it not, the row would tell the sweep.
  if (fact.status === 'done') return fact.seenAt < (job.pickedAt ?? 0) ? null : fact;
  return job.status === 'done' ? { ...fact, via: 'read' } : null;
}

/** P4: 404 is final. */
export async function recordGone(ports: RecordPorts, scope: Scope, job: Job): Promise<Recorded> {
  const { id, repository, runId, name, labels, headSha, headBranch, url } = job;
  const fact: JobFact = { id, repository, runId, name, labels, headSha, headBranch, url, status: 'done', conclusion: GONE, runnerId: null, createdAt: null, seenAt: ports.now(), via: 'read' };
  return recordJobFact(ports, scope, fact);
}

/** Changes one runner from the version that is stored now. `undefined` from `change` leaves it. */
export async function amendRunner(ports: Pick<FleetPorts, 'store'>, runner: Runner, change: (runner: Runner) => Runner | undefined): Promise<Runner | undefined> {
  let current: Runner | undefined = runner;
  for (let tries = 0; tries < MOST_TRIES && current !== undefined; tries += 1) {
    const next = change(current);
    if (next === undefined) return current;
    const written = await ports.store.replaceRunner({ ...next, version: current.version + 1 });
    if (written.kind === 'written') return written.item;
    current = written.current;
  }
  return current;
}

/** Changes one live job, again from the newest version when another writer was faster. `undefined` from `change` leaves it. */
export async function amendJob(ports: Pick<FleetPorts, 'store'>, job: Job, change: (job: Job) => Job | undefined): Promise<Job | undefined> {
  let current: Job | undefined = job;
  for (let tries = 0; tries < MOST_TRIES && current !== undefined; tries += 1) {
    const next = change(current);
    if (next === undefined) return current;
    const written = await ports.store.replaceJob({ ...next, version: current.version + 1 });
    if (written.kind === 'written') return written.item;
    current = written.current;
  }
  return current;
}
