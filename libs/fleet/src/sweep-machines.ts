import { launchedAt } from './adoption.js';
import { afterOnline } from './breaker.js';
import { consumptions, isOverFor, saveRunners } from './consumption.js';
import { clockEnding, isPastGrace, missingFor, runnerEnding } from './end-of-life.js';
import { finishRunner } from './finish-runner.js';
import type { Job } from './job.js';
import { LIMITS } from './limits.js';
import type { Instance, RunnerRow } from './ports.js';
import { notePlannedPickups } from './planned-pickups.js';
import { recordGone, recordJobFact } from './record.js';
import { advance } from './runner-lifecycle.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { adoptStrangers } from './sweep-adoption.js';
import { askToEnd, machinePart } from './sweep-endings.js';
import { completeRows } from './sweep-rows.js';
import { attempt, livingMachines, noteTrouble, type SweepView } from './sweep-view.js';
import type { Instant } from './time.js';
import { doubtUnknownPickups } from './unknown-pickups.js';

/** (a) Death clocks, from EC2 and tags alone. One machine that cannot be ended hinders no other. */
export async function endClocks(view: SweepView): Promise<void> {
  const endings = livingMachines(view).flatMap((instance) => clockEnding(instance, view.now) ?? []);
  await Promise.all(
    endings.map(async (ending) => {
      const refusal = await askToEnd(view, ending);
      if (refusal !== null) noteTrouble(view, machinePart(ending.instanceId), refusal);
    }),
  );
}

/** (b) EC2 and Gitea's rows → table, for one scope: adopt, see what came online, note what is gone and what should not live. */
export async function reconcileScope(view: SweepView, scope: Scope): Promise<void> {
  const { store } = view.ports;
  const key = scopeKey(scope);
  const before = await store.loadScope(key);
  await completeRows(view, scope, before.runners);
  const items = await notePlannedPickups(view, scope, before);
  const consumed = consumptions(items.jobs, items.runners);
  await saveRunners(view.ports, consumed);
  await doubtUnknownPickups(view, scope, { ...items, runners: items.runners.filter((runner) => !consumed.some((each) => each.name === runner.name)) });
  await adoptStrangers(view, scope, items);
  const { jobs, runners } = await store.loadScope(key);
  for (const runner of runners.filter((each) => each.state !== 'ended')) {
    await attempt(view, `runner ${runner.name}`, () => reconcileRunner(view, scope, runner, jobs));
  }
}

async function reconcileRunner(view: SweepView, scope: Scope, before: Runner, jobs: readonly Job[]): Promise<void> {
  const rows = view.rows.get(scopeKey(scope));
  const seen = await observe(view, before, rows);
  if (seen === undefined) return;
  const { runner, instance } = seen;
  const job = jobs.find((each) => each.id === runner.ran);
  const row = rows === undefined ? undefined : (rows.find((each) => each.runnerId === runner.runnerId) ?? null);
  const named = jobs.some((each) => each.status === 'running' && each.runnerId === runner.runnerId);
  const finalNow = job === undefined || !isPastGrace(job, runner, view.now) ? null : await readsFinal(view, scope, runner, job);
  const ending = runnerEnding(runner, { instance, row, job, finalNow, named }, view.now);
  if (ending !== undefined) view.endings.push({ ending, runner });
}

/** Brings a runner up to date with its machine and row. `undefined`: there is nothing of it left to end. */
async function observe(view: SweepView, runner: Runner, rows: readonly RunnerRow[] | undefined): Promise<{ runner: Runner; instance: Instance } | undefined> {
  const { ports, now, instances } = view;
  if (instances === undefined) return undefined;
  const instance = instances.of(runner);
  if (instance === undefined) return seekMissing(view, runner, rows);
  let current = runner;
  const step = (next: Runner | undefined) => (current = next ?? current);
  if (current.instanceId === null) view.adopted += 1;
  step(advance(current, { state: 'booting', stage: 'launched', at: launchedAt(instance, runner.stages.registered, now), detail: instance.instanceId, change: { instanceId: instance.instanceId, pool: runner.pool ?? instance.pool, availabilityZone: runner.availabilityZone ?? instance.availabilityZone, missing: 0 } }));
  if (instance.state === 'running') step(advance(current, { stage: 'running', at: now }));
  const row = rows?.find((each) => each.runnerId === runner.runnerId);
  if (row?.online === true) {
    step(advance(current, { state: 'idle', stage: 'online', at: now, change: { disabled: row.disabled } }));
  }
  if (current.stages.online !== undefined) await forgiveAmi(view, current, current.stages.online);
  // It was given a job of which nobody has heard yet: it is no supply any more.
  if (row?.busy === true) step(advance(current, { state: 'busy', at: now }));
  if (rows !== undefined && row === undefined) step(advance(current, { at: now, change: { registrationGone: true } }));
  if (instance.state === 'shutting-down' && current.ending === null) step(advance(current, { state: 'draining', at: now, change: { ending: { since: now, code: 'POWERED_OFF', failures: 0, notBefore: null } } }));
  if (current !== runner) {
    const written = await ports.store.replaceRunner({ ...current, version: runner.version + 1 });
    if (written.kind === 'conflict') return undefined;
    current = written.item;
  }
  if (instance.state !== 'terminated') return { runner: current, instance };
  await finishRunner(view, current, instance.stateReason);
  return undefined;
}

/** A machine came online after the last failure: the class's AMI, as it is launched now, and the machine's pool are well. */
async function forgiveAmi(view: SweepView, { classId, pool }: Runner, online: Instant): Promise<void> {
  view.breakers ??= await view.ports.store.listBreakers();
  const well = view.breakers.filter((breaker) => breaker.classId === classId).flatMap((breaker) => afterOnline(breaker, pool, online) ?? []);
  if (well.length === 0) return;
  for (const breaker of well) await view.ports.store.saveBreaker(breaker);
  view.breakers = undefined;
}

/**
 * A name without a machine is looked for twice before it counts: new ids are visible late. Up to its death clock it lives
 * whatever EC2 shows, as long as Gitea hears of it, or cannot be asked: its end would take the registration from its job.
 */
async function seekMissing(view: SweepView, runner: Runner, rows: readonly RunnerRow[] | undefined): Promise<undefined> {
  const mayLive = rows === undefined || !view.heardBefore || rows.some((row) => row.runnerId === runner.runnerId && row.online);
  if (mayLive && view.now < runner.endsBy) return;
  const since = runner.stages.launched ?? runner.stages.registered ?? 0;
  const missing = view.now - since;
  if (missing <= missingFor(runner)) return;
  if (runner.missing >= 1) return missing > missingFor(runner) + LIMITS.clocksDiffer ? finishRunner(view, runner, null) : undefined;
  await view.ports.store.replaceRunner({ ...runner, missing: runner.missing + 1, version: runner.version + 1 });
}

/**
 * I6: is the job final according to Gitea as asked now, for that very job? On 1.24, which has no jobs API, the
 * witness is the runner's row. No answer is no witness.
 */
async function readsFinal(view: SweepView, scope: Scope, runner: Runner, job: Job): Promise<'job' | 'row' | null> {
  const { gitea, server } = view.ports;
  const answer = await attempt(view, `job ${job.id}`, async () => {
    if (!(await server()).jobsApi) return (await gitea.readRunner(scope, runner.runnerId)) === null ? 'row' : null;
    const fact = await gitea.readJob(job.repository, job.id);
    await (fact === null ? recordGone(view.ports, scope, job) : recordJobFact(view.ports, scope, fact));
    return fact === null || isOverFor(fact, runner) ? 'job' : null;
  });
  return answer ?? null;
}
