import { TAGS, type Instance } from './ports.js';
import type { Runner } from './runner.js';
import type { ScopeKey } from './scope.js';

/** One answer of EC2, found by what asks for it: what ended within the last hour is still listed, on a busy day in thousands. */
export interface InstanceListing {
  /** Machines that still exist. */
  readonly living: readonly Instance[];
  readonly livingIn: (scope: ScopeKey) => readonly Instance[];
  readonly withId: (instanceId: string) => Instance | undefined;
  /** The one its record knows, else the one that carries its name. */
  readonly of: (runner: Pick<Runner, 'instanceId' | 'name'>) => Instance | undefined;
}

export function instanceListing(all: readonly Instance[]): InstanceListing {
  const byId = new Map(all.map((instance) => [instance.instanceId, instance]));
  const living = all.filter((instance) => instance.state !== 'terminated');
  const byScope = new Map<string | undefined, Instance[]>();
  for (const instance of living) {
    const scope = instance.tags[TAGS.scope];
    const together = byScope.get(scope);
    if (together === undefined) byScope.set(scope, [instance]);
    else together.push(instance);
  }
  return {
    living,
    livingIn: (scope) => byScope.get(scope) ?? [],
    withId: (instanceId) => byId.get(instanceId),
    // By name seldom: a launch whose end nobody heard, or an id that is not visible yet.
    of: ({ instanceId, name }) => (instanceId === null ? undefined : byId.get(instanceId)) ?? all.find((instance) => instance.tags[TAGS.name] === name),
  };
}
