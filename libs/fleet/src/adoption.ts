import { TAGS, type Instance } from './ports.js';
import type { RunnerClass } from './runner-class.js';
import { endsByTag } from './end-of-life.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { addEntry } from './timeline.js';
import type { Instant } from './time.js';

/** The record of a machine that was given up and lives: what had ended was the belief in it, not the machine. */
export function revivedRunner(record: Runner, instance: Instance, now: Instant): Runner {
  const { terminated: _given, ...stages } = record.stages;
  return {
    ...record,
    state: 'booting',
    outcome: null,
    ending: null,
    missing: 0,
    instanceId: instance.instanceId,
    pool: record.pool ?? instance.pool,
    availabilityZone: record.availabilityZone ?? instance.availabilityZone,
    stages: { ...stages, launched: stages.launched ?? launchedAt(instance, record.stages.registered, now) },
    timeline: addEntry(record.timeline, now, 'adopted', `${instance.instanceId} lives after all`),
    version: record.version + 1,
  };
}

/** When it was launched, by a clock that may differ from ours: not before its registration, not in the future. */
export function launchedAt(instance: Instance, registered: Instant | undefined, now: Instant): Instant {
  return Math.min(now, Math.max(instance.launchedAt, registered ?? 0));
}

/** P23: the record of a machine of this installation that has none, from its tags. */
export function adoptedRunner(instance: Instance, runnerId: number, scope: Scope, classes: readonly RunnerClass[], now: Instant): Runner {
  const classId = instance.tags[TAGS.classId] ?? 'unknown';
  const runnerClass = classes.find((each) => each.id === classId);
  return {
    name: instance.tags[TAGS.name]!,
    scope: scopeKey(scope),
    scopeRef: scope,
    classId,
    labels: runnerClass?.labels ?? [],
    state: 'booting',
    outcome: null,
    runnerId,
    registrationGone: false,
    instanceId: instance.instanceId,
    pool: instance.pool,
    availabilityZone: instance.availabilityZone,
    amiId: 'unknown',
    pricePerHour: null,
    launchedFor: '',
    ran: null,
    stages: { registered: launchedAt(instance, undefined, now), launched: launchedAt(instance, undefined, now) },
    limits: runnerClass?.limits ?? { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 },
    endsBy: endsByTag(instance),
    ending: null,
    missing: 0,
    disabled: false,
    timeline: addEntry([], now, 'adopted', `${instance.instanceId} carries its tags`),
    version: 1,
  };
}
