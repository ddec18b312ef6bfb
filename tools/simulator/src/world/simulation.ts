import type { Instant } from '@tinqs/fleet';
import { traitsOf, type GiteaTraits } from '../gitea/gitea-version.js';
import { enqueue } from './event-queue.js';
import type { Outgoing } from './outgoing.js';
import { between, type Range } from './random.js';
import type { Timing } from './timing.js';
import type { WorldEvent, WorldState } from './world-state.js';

/** The state and what its rules need beside it. Everything that changes the state takes this as its first argument. */
export interface Simulation {
  readonly state: WorldState;
  readonly timing: Timing;
  readonly outbox: Outgoing[];
}

export function traits(simulation: Simulation): GiteaTraits {
  return traitsOf(simulation.state.gitea.version);
}

export function foresee(simulation: Simulation, at: Instant, event: WorldEvent): void {
  enqueue(simulation.state.queue, Math.max(at, simulation.state.now), event);
}

export function foreseeIn(simulation: Simulation, range: Range, event: WorldEvent): void {
  foresee(simulation, simulation.state.now + between(simulation.state.random, range), event);
}
