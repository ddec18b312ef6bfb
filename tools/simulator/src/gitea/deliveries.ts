import { foresee, type Simulation } from '../world/simulation.js';
import type { Delivery, Report, RepositoryCopy } from '../world/outgoing.js';
import { between, chance, uuid } from '../world/random.js';
import type { Hook, SimulatedRepository } from './gitea-state.js';

/**
 * Foresees one delivery per hook that wants this event. They leave one after the other through one queue, as on a
 * server with one webhook worker; `reorder` and `delay` let some leave on their own.
 */
export function send(simulation: Simulation, repository: SimulatedRepository, report: Report): void {
  const { state, timing } = simulation;
  if (state.gitea.hooks.size === 0) return;
  const copy = copyOf(repository);
  for (const hook of state.gitea.hooks.values()) {
    if (!wants(hook, repository, report.event)) continue;
    if (chance(state.random, state.misbehaviour.drop)) {
      state.ledger.deliveries.dropped += 1;
      continue;
    }
    const twice = chance(state.random, state.misbehaviour.duplicate);
    if (twice) state.ledger.deliveries.duplicated += 1;
    for (let copies = twice ? 2 : 1; copies > 0; copies -= 1) {
      const at = departure(simulation, state.now + between(state.random, report.event === 'workflow_job' ? timing.delivery : timing.pushDelivery));
      const delivery: Delivery = { kind: 'delivery', id: uuid(state.random), at, hook, repository: copy, report };
      foresee(simulation, at, { kind: 'delivery', delivery });
    }
  }
}

function departure(simulation: Simulation, earliest: number): number {
  const { random, misbehaviour, gitea } = simulation.state;
  if (chance(random, misbehaviour.delay.probability)) return earliest + between(random, [0, misbehaviour.delay.maxMs]);
  if (chance(random, misbehaviour.reorder)) return earliest + between(random, [0, 5_000]);
  gitea.lastDeliveryAt = Math.max(earliest, gitea.lastDeliveryAt + 1);
  return gitea.lastDeliveryAt;
}

function wants(hook: Hook, repository: SimulatedRepository, event: string): boolean {
  if (!hook.events.includes(event)) return false;
  if (hook.repository !== null) return hook.repository.toLowerCase() === `${repository.owner}/${repository.name}`.toLowerCase();
  return hook.organization === null || hook.organization.toLowerCase() === repository.owner.toLowerCase();
}

export function copyOf(repository: SimulatedRepository): RepositoryCopy {
  const { id, owner, name, defaultBranch, createdAt, updatedAt } = repository;
  return { id, owner, name, private: repository.private, defaultBranch, createdAt, updatedAt, branchCount: Object.keys(repository.branches).length };
}
