import { TAGS, type Instance } from './ports.js';
import type { RunnerClass } from './runner-class.js';
import { endsByTag } from './end-of-life.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { addEntry } from './timeline.js';
import type { Instant } from './time.js';

/** P23: the record of a machine of this installation that has none, from its tags. */
export function adoptedRunner(instance: Instance, scope: Scope, classes: readonly RunnerClass[], now: Instant): Runner {
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
    runnerId: Number(instance.tags[TAGS.runnerId] ?? 0),
    registrationGone: false,
    instanceId: instance.instanceId,
    pool: instance.pool,
    availabilityZone: instance.availabilityZone,
    amiId: 'unknown',
    pricePerHour: null,
    launchedFor: '',
    ran: null,
    stages: { registered: instance.launchedAt, launched: instance.launchedAt },
    limits: runnerClass?.limits ?? { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 },
    endsBy: endsByTag(instance),
    ending: null,
    missing: 0,
    disabled: false,
    timeline: addEntry([], now, 'adopted', `${instance.instanceId} carries its tags`),
    version: 1,
  };
}
