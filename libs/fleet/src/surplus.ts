import { matchSupply } from './matching.js';
import { supplyOf } from './supply.js';
import type { Instant } from './time.js';
import type { World } from './world.js';

/** P20: unconsumed runners that no waiting job wants. They are told of, not ended: a newer job uses one, or its idle clock ends it. */
export function surplusOf(world: World, now: Instant): number {
  const supply = supplyOf(world, now);
  const wanting = world.jobs.filter((job) => job.status === 'queued').map(({ id, labels, queuedAt }) => ({ id, labels, since: queuedAt }));
  return supply.length - matchSupply(wanting, supply).size;
}
