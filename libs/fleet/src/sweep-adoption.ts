import { adoptedRunner, revivedRunner } from './adoption.js';
import { TAGS, type Instance, type ScopeItems } from './ports.js';
import { reason } from './reason.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { attempt, type SweepView } from './sweep-view.js';

/** P23: machines of this scope that have no record, or one that was given up too early, get one from their tags. */
export async function adoptStrangers(view: SweepView, scope: Scope, { runners }: ScopeItems): Promise<void> {
  const recordOf = (instance: Instance) => runners.find((each) => each.name === instance.tags[TAGS.name]);
  const isStrange = (instance: Instance) => instance.tags[TAGS.name] !== undefined && (recordOf(instance)?.state ?? 'ended') === 'ended';
  const strangers = (view.instances?.livingIn(scopeKey(scope)) ?? []).filter(isStrange);
  if (strangers.length === 0) return;
  // Another pass may have seen it go since EC2 was asked: only who lives after its record was read is strange.
  const now = new Set((await view.ports.launcher.list()).filter((each) => each.state !== 'terminated').map((each) => each.instanceId));
  for (const instance of strangers.filter((each) => now.has(each.instanceId))) await attempt(view, `machine ${instance.instanceId}`, () => adopt(view, instance, recordOf(instance), scope));
}

async function adopt(view: SweepView, instance: Instance, record: Runner | undefined, scope: Scope): Promise<void> {
  const { ports, settings, now } = view;
  // Without the id of its row nothing of it could be told from Gitea: it is adopted when a pass knows its rows.
  const runnerId = Number(instance.tags[TAGS.runnerId]) || view.rows.get(scopeKey(scope))?.find((row) => row.name === instance.tags[TAGS.name])?.runnerId;
  if (record === undefined && runnerId === undefined && !view.rows.has(scopeKey(scope))) return;
  const runner = record === undefined ? adoptedRunner(instance, runnerId ?? 0, scope, settings.classes, now) : revivedRunner(record, instance, now);
  // A machine that lives takes its place, whatever the caps say: they limit launches, not the truth.
  await ports.store.takeCap({ names: [runner.name], classId: runner.classId, scope: runner.scope, limits: { all: Infinity, perClass: Infinity, perScope: Infinity } });
  const written = await (record === undefined ? ports.store.createRunner(runner) : ports.store.replaceRunner(runner));
  if (written.kind === 'conflict') return;
  view.adopted += 1;
  ports.log.warn('machine without a live record adopted', { runner: runner.name, instanceId: instance.instanceId, sentence: reason('ADOPTED', { instanceId: instance.instanceId }).sentence });
}
