import { createHash } from 'node:crypto';
import { findRest, type CapacityMemory } from './capacity-memory.js';
import type { Pool } from './pool.js';

/**
 * Orders pools for one launch: resting ones dropped, Spot before on-demand, and within each market the order given,
 * rotated by the hash of `name`, so that machines asked for at once spread over all that is left. Without a name
 * nothing is rotated. A pool that is named twice is tried once.
 */
export function orderPools(pools: readonly Pool[], memory: CapacityMemory, now: Date, name?: string): readonly Pool[] {
  const distinct = pools.filter((pool, index) => pools.findIndex((other) => isSamePool(other, pool)) === index);
  const awake = distinct.filter((pool) => findRest(memory, pool, now) === undefined);
  const turn = name === undefined ? 0 : createHash('sha256').update(name).digest().readUInt32BE(0);
  return (['spot', 'on-demand'] as const).flatMap((market) => rotate(awake.filter((pool) => pool.market === market), turn));
}

function rotate<Item>(items: readonly Item[], turn: number): readonly Item[] {
  const first = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

function isSamePool(one: Pool, other: Pool): boolean {
  return one.instanceType === other.instanceType && one.subnet === other.subnet && one.market === other.market;
}
