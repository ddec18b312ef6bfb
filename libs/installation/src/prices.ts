import type { Pool } from '@tinqs/fleet';

/**
 * On-demand dollars per hour, Linux, eu-west-1: AWS's list prices of 2025, which other regions miss by some per cent.
 * Types that are not here have no price, and no cost is shown for them.
 */
const ON_DEMAND: { readonly [instanceType: string]: number } = {
  't3.micro': 0.0114,
  't3a.micro': 0.0102,
  't3.small': 0.0228,
  't3a.small': 0.0204,
  't3.medium': 0.0456,
  't3a.medium': 0.0408,
  't3.large': 0.0912,
  't3a.large': 0.0816,
};

/** What Spot machines of these types have cost against on-demand, roughly; the Spot price history says it exactly. */
const SPOT_FRACTION = 0.35;

export function pricePerHour(pool: Pool, spotPrice?: number): number | null {
  if (pool.market === 'spot' && spotPrice !== undefined) return spotPrice;
  const onDemand = ON_DEMAND[pool.instanceType];
  if (onDemand === undefined) return null;
  return pool.market === 'on-demand' ? onDemand : Math.round(onDemand * SPOT_FRACTION * 10_000) / 10_000;
}
