import { LIMITS } from './limits.js';
import { TAGS } from './ports.js';
import { scopeKey } from './scope.js';
import { livingMachines, type SweepView } from './sweep-view.js';

/**
 * P25: a place that a dispatcher took before it died, with no runner and no machine of that name, is free again once
 * nobody can use the name any more.
 */
export async function releaseHolders(view: SweepView): Promise<void> {
  const { ports, now } = view;
  if (view.instances === undefined) return;
  const machines = new Set(livingMachines(view).map((each) => each.tags[TAGS.name]));
  const holders = await ports.store.listCapHolders();
  const old = holders.filter((holder) => now - holder.since > LIMITS.grant + LIMITS.clocksDiffer && !machines.has(holder.name));
  if (old.length === 0) return;
  const live = new Set<string>();
  for (const scope of new Set([...view.scopes.map(scopeKey), ...old.map((holder) => holder.scope)])) {
    for (const runner of (await ports.store.loadScope(scope)).runners) if (runner.state !== 'ended') live.add(runner.name);
  }
  const free = old.filter((holder) => !live.has(holder.name));
  if (free.length > 0) await ports.store.releaseCap(free);
}
