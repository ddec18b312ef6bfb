import { backoffUntil } from './backoff.js';
import { afterBootFailure } from './breaker.js';
import { consumptions } from './consumption.js';
import { endedItself, outcomeOf } from './end-of-life.js';
import type { Job } from './job.js';
import { reason, type Reason } from './reason.js';
import { amendJob } from './record.js';
import { covers } from './class-match.js';
import { findRest, restAfter } from './rest.js';
import { poolKey, type Runner, type RunnerOutcome } from './runner.js';
import { advance } from './runner-lifecycle.js';
import { INTERRUPTED } from './pools.js';
import type { SweepView } from './sweep-view.js';
import { minutes, seconds, type Instant } from './time.js';
import { addEntry, addReason } from './timeline.js';
import type { RestCause } from './world.js';

/** P25: its machine is gone for certain, or never was. Writes the outcome once, frees its place, and tells the jobs it was meant for. */
export async function finishRunner(view: SweepView, seen: Runner, stateReason: string | null): Promise<undefined> {
  const { ports, now } = view;
  const { jobs } = await ports.store.loadScope(seen.scope);
  // Its job may have been recorded in this very moment.
  const [runner = seen] = consumptions(jobs, [seen]);
  const outcome: RunnerOutcome = runner.instanceId === null ? 'launch-failed' : outcomeOf(runner, stateReason, jobs.find((job) => job.id === runner.ran)?.conclusion);
  const place = { name: runner.name, classId: runner.classId, scope: runner.scope, since: now };
  // Without Gitea's word nobody knows whether it had a job: the place is free, the verdict waits.
  if ((outcome === 'boot-failed' || outcome === 'idle-out') && !view.rows.has(seen.scope)) return void (await ports.store.releaseCap([place]));
  const ended = advance(runner, { state: 'ended', stage: 'terminated', at: now, detail: endOf(outcome, stateReason), change: { outcome } });
  if (ended === undefined) return;
  const written = await ports.store.replaceRunner({ ...ended, version: runner.version + 1 });
  if (written.kind === 'conflict') return;
  await ports.store.releaseCap([place]);
  ports.log.info('runner ended', { runner: runner.name, instanceId: runner.instanceId, outcome, stateReason });
  await tellConsequences(view, ended, outcome, jobs, stateReason);
}

const endOf = (outcome: RunnerOutcome, cause: string | null): string => (cause === null ? outcome : `${outcome}, ${cause}`);

/** What EC2 said of its end, as it was noted there. */
function causeOf({ timeline }: Runner): string | undefined {
  return timeline.find((entry) => entry.event === 'ended')?.detail.split(', ')[1];
}

async function tellConsequences(view: SweepView, runner: Runner, outcome: RunnerOutcome, jobs: readonly Job[], stateReason: string | null): Promise<void> {
  switch (outcome) {
    case 'boot-failed': {
      await blameBoot(view, runner, stateReason);
      const byItself = endedItself(runner, stateReason);
      return failJob(view, runner, jobs, byItself ? reason('BOOT_LIMIT', { seconds: runner.limits.bootSeconds }) : reason('ENDED_BOOTING', { cause: stateReason ?? 'no cause given' }));
    }
    case 'launch-failed':
      return failJob(view, runner, jobs, reason('NEVER_LAUNCHED'));
    case 'idle-out':
      if (!waitedLongEnough(runner, view.now)) return;
      await Promise.all(jobs.filter((job) => job.status === 'queued' && job.queuedAt < (runner.stages.online ?? 0) && covers(runner.labels, job.labels)).map((job) => noteIdleOut(view, job, runner)));
      return;
    case 'interrupted':
      if (stateReason !== null) await restPool(view, runner, { code: stateReason, cause: 'capacity' });
      return noteInterruption(view, runner, jobs);
    case 'used':
    case 'clock':
      return;
  }
}

/** A disabled runner, or one that left before its idle limit (a Spot notice), is no witness that Gitea gave nothing out. */
function waitedLongEnough(runner: Runner, now: Instant): boolean {
  const seenLate = minutes(2);
  return !runner.disabled && now - (runner.stages.online ?? now) > seconds(runner.limits.idleSeconds) - seenLate;
}

/** P9: own failures put the job it was launched for off; it is still demand. */
async function failJob({ ports, now }: SweepView, runner: Runner, jobs: readonly Job[], why: Reason): Promise<void> {
  const job = jobs.find((each) => each.id === runner.launchedFor && each.status === 'queued');
  if (job === undefined) return;
  await amendJob(ports, job, (current) => {
    if (current.status !== 'queued') return undefined;
    const failures = current.failures + 1;
    return { ...current, failures, notBefore: backoffUntil(current.id, failures, now), reasons: addReason(current.reasons, why, now), timeline: addEntry(current.timeline, now, 'machine failed', `${runner.name}: ${why.sentence}`) };
  });
}

/** P4: machines that idle out beside a queued job say that Gitea does not hand it out. */
async function noteIdleOut({ ports, now }: SweepView, job: Job, runner: Runner): Promise<void> {
  await amendJob(ports, job, (current) => {
    const idleOuts = current.idleOuts + 1;
    const notBefore = idleOuts < 2 ? current.notBefore : backoffUntil(current.id, idleOuts, now);
    return { ...current, idleOuts, notBefore, timeline: addEntry(current.timeline, now, 'idled out beside it', runner.name) };
  });
}

async function noteInterruption(view: SweepView, runner: Runner, jobs: readonly Job[]): Promise<void> {
  // Before a pick-up it concerns the job that it was launched for only while that waits still.
  const job = jobs.find((each) => (runner.ran === null ? each.id === runner.launchedFor && each.status === 'queued' : each.id === runner.ran));
  if (job !== undefined) await tellInterruption(view, runner, job);
}

/** P19: also of a job that is known to have run there only after its machine's end. */
export async function tellInterruption({ ports, now }: Pick<SweepView, 'ports' | 'now'>, runner: Runner, job: Job): Promise<void> {
  const why = reason('INTERRUPTED', { cause: causeOf(runner) ?? 'no cause given' });
  await amendJob(ports, job, (current) => ({ ...current, reasons: addReason(current.reasons, why, now), timeline: addEntry(current.timeline, now, INTERRUPTED, `${runner.name}: ${why.sentence}`) }));
}

/** P12, P19: another pool is preferred after an interruption, and after machines of this one that never came online. */
async function restPool({ ports, now }: SweepView, runner: Runner, { code, cause }: { readonly code: string; readonly cause: RestCause }): Promise<void> {
  if (runner.pool === null) return;
  const refusal = { pool: runner.pool, code, cause };
  await ports.store.saveRest(restAfter(refusal, findRest(await ports.store.listRests(), refusal), now));
}

/** P13: EC2 ended it before it ran, or it ran and never came online: only the latter counts toward the AMI's breaker. */
async function blameBoot(view: SweepView, runner: Runner, stateReason: string | null): Promise<void> {
  const { ports, now } = view;
  if (stateReason !== null && /^Server\..*Capacity/.test(stateReason)) return restPool(view, runner, { code: stateReason, cause: 'capacity' });
  if (runner.pool === null || runner.stages.running === undefined || !endedItself(runner, stateReason)) return;
  const breakers = await ports.store.listBreakers();
  const breaker = breakers.find((each) => each.classId === runner.classId && each.amiId === runner.amiId) ?? { classId: runner.classId, amiId: runner.amiId, failures: [], openUntil: null };
  const verdict = afterBootFailure(breaker, runner.pool, now);
  await ports.store.saveBreaker(verdict.breaker);
  if (!verdict.restPool) return;
  await restPool(view, runner, { code: 'never-online', cause: 'never-online' });
  ports.log.warn('three machines of one pool never came online: it rests', { pool: poolKey(runner.pool) });
}
