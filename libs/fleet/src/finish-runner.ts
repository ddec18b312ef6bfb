import { backoffUntil } from './backoff.js';
import { afterBootFailure } from './breaker.js';
import { consumptions } from './consumption.js';
import { outcomeOf } from './end-of-life.js';
import type { Job } from './job.js';
import { reason, type Reason } from './reason.js';
import { amendJob } from './record.js';
import { findRest, restAfter } from './rest.js';
import { poolKey, type Runner, type RunnerOutcome } from './runner.js';
import { advance } from './runner-lifecycle.js';
import type { SweepView } from './sweep.js';
import { addEntry, addReason } from './timeline.js';

/** P25: its machine is gone for certain, or never was. Writes the outcome once, frees its place, and tells the jobs it was meant for. */
export async function finishRunner(view: SweepView, seen: Runner, stateReason: string | null): Promise<void> {
  const { ports, now } = view;
  const { jobs } = await ports.store.loadScope(seen.scope);
  // Its job may have been recorded in this very moment.
  const [runner = seen] = consumptions(jobs, [seen]);
  const outcome: RunnerOutcome = runner.instanceId === null ? 'launch-failed' : outcomeOf(runner, stateReason);
  const ended = advance(runner, { state: 'ended', stage: 'terminated', at: now, detail: [outcome, stateReason].filter(Boolean).join(', '), change: { outcome } });
  if (ended === undefined) return;
  const written = await ports.store.replaceRunner({ ...ended, version: runner.version + 1 });
  if (written.kind === 'conflict') return;
  await ports.store.releaseCap([{ name: runner.name, classId: runner.classId, scope: runner.scope, since: now }]);
  ports.log.info('runner ended', { runner: runner.name, instanceId: runner.instanceId, outcome, stateReason });
  switch (outcome) {
    case 'boot-failed':
      await blamePool(view, runner, stateReason);
      return failJob(view, runner, jobs, reason('BOOT_LIMIT', { seconds: runner.limits.bootSeconds }));
    case 'launch-failed':
      return failJob(view, runner, jobs, reason('NEVER_LAUNCHED'));
    case 'idle-out':
      await Promise.all(jobs.filter((job) => job.status === 'queued' && job.queuedAt < (runner.stages.online ?? 0) && job.labels.every((label) => runner.labels.includes(label))).map((job) => noteIdleOut(view, job, runner)));
      return;
    case 'interrupted':
      await restInterrupted(view, runner, stateReason);
      return noteInterruption(view, runner, jobs, stateReason);
    case 'used':
    case 'clock':
      return;
  }
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

async function noteInterruption({ ports, now }: SweepView, runner: Runner, jobs: readonly Job[], stateReason: string | null): Promise<void> {
  const why = reason('INTERRUPTED', { cause: stateReason ?? 'no cause given' });
  const job = jobs.find((each) => each.id === (runner.ran ?? runner.launchedFor));
  if (job !== undefined) await amendJob(ports, job, (current) => ({ ...current, reasons: addReason(current.reasons, why, now), timeline: addEntry(current.timeline, now, 'interrupted', `${runner.name}: ${why.sentence}`) }));
}

/** P19: another pool is preferred after an interruption. */
async function restInterrupted({ ports, now }: SweepView, runner: Runner, stateReason: string | null): Promise<void> {
  if (runner.pool === null) return;
  const refusal = { pool: runner.pool, code: stateReason ?? 'interrupted', cause: 'capacity' as const };
  await ports.store.saveRest(restAfter(refusal, findRest(await ports.store.listRests(), refusal), now));
}

/** What EC2 says ended it before it ran, or that it ran and never came online: only the latter counts toward the AMI's breaker. */
async function blamePool({ ports, now }: SweepView, runner: Runner, stateReason: string | null): Promise<void> {
  if (runner.pool === null || runner.stages.running === undefined || (stateReason !== null && (stateReason.startsWith('Server.') || stateReason === 'Client.VolumeLimitExceeded' || stateReason === 'Client.InternalError'))) return;
  const breakers = await ports.store.listBreakers();
  const breaker = breakers.find((each) => each.classId === runner.classId && each.amiId === runner.amiId) ?? { classId: runner.classId, amiId: runner.amiId, failures: [], openUntil: null };
  const verdict = afterBootFailure(breaker, runner.pool, now);
  await ports.store.saveBreaker(verdict.breaker);
  if (!verdict.restPool) return;
  const refusal = { pool: runner.pool, code: 'never-online', cause: 'never-online' as const };
  await ports.store.saveRest(restAfter(refusal, findRest(await ports.store.listRests(), refusal), now));
  ports.log.warn('three machines of one pool never came online: it rests', { pool: poolKey(runner.pool) });
}
