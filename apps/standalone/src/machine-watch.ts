import { reconcileInstance, TAGS, type FleetPorts, type FleetSettings } from '@tinqs/fleet';
import type { RunStore } from '@tinqs/run-store';

/**
 * Stands in for EC2's events, which reach only Lambda: while machines of ours are alive, EC2 is asked every few
 * seconds, and a machine that ended is reconciled at once instead of within a minute.
 */
export async function watchMachines(ports: FleetPorts, settings: FleetSettings, store: RunStore): Promise<boolean> {
  const { runners } = await store.listLive();
  const live = new Map(runners.filter((runner) => runner.state !== 'ended').map((runner) => [runner.name, runner]));
  if (live.size === 0) return false;
  const instances = await ports.launcher.list();
  const changed = instances.filter((instance) => {
    const runner = live.get(instance.tags[TAGS.name] ?? '');
    return runner !== undefined && (instance.state === 'terminated' || (instance.state === 'running' && runner.stages.running === undefined));
  });
  const scopes = new Map(changed.map((instance) => [instance.tags[TAGS.scope], instance.instanceId]));
  for (const instanceId of scopes.values()) await reconcileInstance(ports, settings, instanceId);
  return scopes.size > 0;
}
