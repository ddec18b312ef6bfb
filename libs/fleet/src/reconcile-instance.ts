import { instanceListing } from './instance-listing.js';
import { TAGS, type FleetPorts } from './ports.js';
import { scopeFromKey, scopeKey, type Scope } from './scope.js';
import type { FleetSettings } from './settings.js';
import { META, type SweepMark } from './surroundings.js';
import { releaseHolders } from './sweep-caps.js';
import { endMachines } from './sweep-endings.js';
import { reconcileScope } from './sweep-machines.js';
import { newView } from './sweep-view.js';

/**
 * What an EC2 event about one machine causes: its scope is compared with EC2 at once instead of within a minute, and
 * planned again, since a place may be free. The sweep does the same without any event.
 */
export async function reconcileInstance(ports: FleetPorts, settings: FleetSettings, instanceId: string): Promise<'reconciled' | 'not-ours'> {
  const view = newView(ports, settings);
  view.instances = instanceListing(await ports.launcher.list());
  const key = view.instances.withId(instanceId)?.tags[TAGS.scope];
  const scope = (await ports.store.listScopes()).find((each) => scopeKey(each) === key) ?? (key === undefined ? undefined : scopeFromKey(key));
  if (scope === undefined) return 'not-ours';
  view.scopes = [scope];
  // Without Gitea's word the table and EC2 still agree on what is gone.
  await view.ports.gitea.listRunners(scope).then(
    (rows) => view.rows.set(scopeKey(scope), rows),
    (cause: unknown) => ports.log.warn('runners of the scope could not be listed', { scope: scopeKey(scope), cause }),
  );
  await reconcileScope(view, scope);
  await endMachines(view);
  await releaseHolders(view);
  await ports.queue.knock(scope, 0);
  const first = await firstWaiting(ports, scope);
  if (first !== undefined) await ports.queue.knock(first, 0);
  return 'reconciled';
}

/** A place under the common cap may be free now: for the scope that waits longest, as the last sweep saw it. */
async function firstWaiting({ store }: FleetPorts, freed: Scope): Promise<Scope | undefined> {
  const [key] = ((await store.readMeta(META.sweep)) as SweepMark | undefined)?.waiting ?? [];
  return key === undefined || key === scopeKey(freed) ? undefined : scopeFromKey(key);
}
