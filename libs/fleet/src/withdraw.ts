import type { FleetPorts } from './ports.js';
import { scopeKey, type Scope } from './scope.js';

const MOST_TRIES = 3;

/**
 * Takes back grants that will not become runners, so that they count as supply no longer. Losing every race here is
 * no harm: a grant without a runner is void after 60 s.
 */
export async function withdrawGrants({ store }: Pick<FleetPorts, 'store'>, scope: Scope, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { plan } = await store.loadScope(scopeKey(scope));
    const grants = plan.grants.filter((grant) => !names.includes(grant.name));
    if (grants.length === plan.grants.length) return;
    if ((await store.savePlan(scope, { epoch: plan.epoch + 1, grants })).kind === 'written') return;
  }
}
