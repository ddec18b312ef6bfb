import { backoffUntil } from './backoff.js';
import { afterOnline } from './breaker.js';
import { consumptions, saveRunners } from './consumption.js';
import { brake, clockEnding, missingFor, runnerEnding, type Ending } from './end-of-life.js';
import { finishRunner } from './finish-runner.js';
import { adoptedRunner } from './adoption.js';
import { TAGS, type Instance, type RunnerRow, type ScopeItems } from './ports.js';
import { notePlannedPickups } from './planned-pickups.js';
import { reason } from './reason.js';
import { recordGone, recordJobFact } from './record.js';
import { advance } from './runner-lifecycle.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import type { SweepView } from './sweep.js';
import { addEntry } from './timeline.js';

/** (a) Death clocks, from EC2 and tags alone. One machine that cannot be ended hinders no other. */
export async function endClocks(view: SweepView): Promise<void> {
  const endings = (view.instances ?? []).flatMap((instance) => clockEnding(instance, view.now) ?? []);
  const outcomes = await Promise.allSettled(endings.map((ending) => end(view, ending)));
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failed.length > 0) throw new Error(`${failed.length} of ${endings.length} machines past their death clock could not be ended: ${messageOf(failed[0]!.reason)}`);
}

async function end(view: SweepView, ending: Ending): Promise<void> {
  await view.ports.launcher.terminate(ending.instanceId, { force: ending.force });
  view.ended.push({ instanceId: ending.instanceId, code: ending.reason.code });
  view.ports.log.warn('machine ended from outside', { instanceId: ending.instanceId, code: ending.reason.code, sentence: ending.reason.sentence });
}

/** (b) EC2 and Gitea's rows → table, for one scope: adopt, see what came online, end what should not live, note what is gone. */
export async function reconcileScope(view: SweepView, scope: Scope): Promise<void> {
  const { ports, now } = view;
  const key = scopeKey(scope);
  const items = await notePlannedPickups(view, scope, await ports.store.loadScope(key));
  await saveRunners(ports, consumptions(items.jobs, items.runners));
  await adoptStrangers(view, scope, items);
  const { jobs, runners } = await ports.store.loadScope(key);
  const rows = view.rows.get(key);
  const endings: { ending: Ending; runner: Runner }[] = [];
  for (const runner of runners.filter((each) => each.state !== 'ended')) {
    const seen = await observe(view, runner, rows);
    if (seen === undefined) continue;
    const job = jobs.find((each) => each.id === (seen.runner.ran ?? ''));
    const row = rows === undefined ? undefined : (rows.find((each) => each.runnerId === runner.runnerId) ?? null);
    const named = jobs.some((each) => each.status === 'running' && each.runnerId === runner.runnerId);
    const finalNow = job !== undefined && job.status === 'done' && seen.runner.stages.completed !== undefined && (await readsFinal(view, job));
    const ending = runnerEnding(seen.runner, { instance: seen.instance, row, job, finalNow, named }, now);
    if (ending !== undefined && (seen.runner.ending?.notBefore ?? 0) <= now) endings.push({ ending, runner: seen.runner });
  }
  const believed = brake(endings.map(({ ending }) => ending), view.instances?.length ?? 0);
  if (believed.reason !== null) ports.log.error('brake: terminations not believed', { sentence: believed.reason.sentence });
  for (const { ending, runner } of endings.filter((each) => believed.believed.includes(each.ending))) await endRunner(view, runner, ending);
}

/** Brings a runner up to date with its machine and row. `undefined`: there is nothing of it left to end. */
async function observe(view: SweepView, runner: Runner, rows: readonly RunnerRow[] | undefined): Promise<{ runner: Runner; instance: Instance } | undefined> {
  const { ports, now, instances } = view;
  if (instances === undefined) return undefined;
  const instance = instances.find((each) => each.instanceId === runner.instanceId) ?? instances.find((each) => each.tags[TAGS.name] === runner.name);
  if (instance === undefined) {
    await seekMissing(view, runner);
    return undefined;
  }
  let current = runner;
  const step = (next: Runner | undefined) => (current = next ?? current);
  if (current.instanceId === null) view.adopted += 1;
  step(advance(current, { state: 'booting', stage: 'launched', at: instance.launchedAt, detail: instance.instanceId, change: { instanceId: instance.instanceId, pool: runner.pool ?? instance.pool, availabilityZone: runner.availabilityZone ?? instance.availabilityZone, missing: 0 } }));
  if (instance.state === 'running') step(advance(current, { stage: 'running', at: now }));
  const row = rows?.find((each) => each.runnerId === runner.runnerId);
  if (row?.online === true) {
    if (current.stages.online === undefined) await forgiveAmi(view, current);
    step(advance(current, { state: 'idle', stage: 'online', at: now, change: { disabled: row.disabled } }));
  }
  if (rows !== undefined && row === undefined && current.stages.launched !== undefined) step(advance(current, { at: now, change: { registrationGone: true } }));
  if (instance.state === 'shutting-down' && current.ending === null) step(advance(current, { state: 'draining', at: now, change: { ending: { since: now, code: 'POWERED_OFF', failures: 0, notBefore: null } } }));
  if (current !== runner) {
    const written = await ports.store.replaceRunner({ ...current, version: runner.version + 1 });
    if (written.kind === 'conflict') return undefined;
    current = written.item;
  }
  if (instance.state === 'terminated') {
    await finishRunner(view, current, instance.stateReason);
    return undefined;
  }
  return { runner: current, instance };
}

/** Its AMI came online: the breaker closes. */
async function forgiveAmi({ ports }: SweepView, runner: Runner): Promise<void> {
  const breaker = (await ports.store.listBreakers()).find((each) => each.classId === runner.classId && each.amiId === runner.amiId);
  if (breaker !== undefined && (breaker.openUntil !== null || breaker.failures.length > 0)) await ports.store.saveBreaker(afterOnline(breaker));
}

/** A name without a machine is looked for twice before it counts: new ids are visible late. */
async function seekMissing(view: SweepView, runner: Runner): Promise<void> {
  const since = runner.stages.launched ?? runner.stages.registered ?? 0;
  if (view.now - since <= missingFor(runner)) return;
  if (runner.missing < 1) {
    await view.ports.store.replaceRunner({ ...runner, missing: runner.missing + 1, version: runner.version + 1 });
    return;
  }
  await finishRunner(view, runner, null);
}

async function adoptStrangers(view: SweepView, scope: Scope, { runners }: ScopeItems): Promise<void> {
  const known = new Set(runners.map((runner) => runner.name));
  for (const instance of view.instances ?? []) {
    const name = instance.tags[TAGS.name];
    if (name === undefined || known.has(name) || instance.tags[TAGS.scope] !== scopeKey(scope) || instance.state === 'terminated') continue;
    const runner = adoptedRunner(instance, scope, view.settings.classes, view.now);
    // A machine that lives takes its place, whatever the caps say: they limit launches, not the truth.
    await view.ports.store.takeCap({ names: [name], classId: runner.classId, scope: runner.scope, limits: { all: Infinity, perClass: Infinity, perScope: Infinity } });
    await view.ports.store.createRunner(runner);
    view.adopted += 1;
    view.ports.log.warn('machine without a record adopted', { runner: name, instanceId: instance.instanceId, sentence: reason('ADOPTED', { instanceId: instance.instanceId }).sentence });
  }
}

/** I6: is the job final according to Gitea as asked now? A server that cannot be asked says nothing. */
async function readsFinal(view: SweepView, job: NonNullable<ScopeItems['jobs'][number]>): Promise<boolean> {
  const server = await view.ports.server();
  if (!server.jobsApi) return false;
  const fact = await view.ports.gitea.readJob(job.repository, job.id);
  const scope = view.scopes.find((each) => scopeKey(each) === job.scope)!;
  await (fact === null ? recordGone(view.ports, scope, job) : recordJobFact(view.ports, scope, fact));
  return fact === null || fact.status === 'done';
}

/** Each item whose ending fails backs off alone: it starves no other. */
async function endRunner(view: SweepView, runner: Runner, ending: Ending): Promise<void> {
  const { ports, now } = view;
  const { code } = ending.reason;
  let failures = runner.ending?.failures ?? 0;
  try {
    await end(view, ending);
    failures = 0;
  } catch (cause) {
    failures += 1;
    ports.log.error('machine could not be ended', { runner: runner.name, instanceId: ending.instanceId, code, failures, message: messageOf(cause) });
  }
  const notBefore = failures === 0 ? null : backoffUntil(runner.name, failures, now);
  const timeline = addEntry(runner.timeline, now, failures === 0 ? 'ending' : 'ending failed', ending.reason.sentence);
  const next = advance({ ...runner, timeline }, { state: 'draining', at: now, detail: ending.reason.sentence, change: { ending: { since: runner.ending?.since ?? now, code, failures, notBefore } } });
  if (next !== undefined) await ports.store.replaceRunner({ ...next, version: runner.version + 1 });
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
