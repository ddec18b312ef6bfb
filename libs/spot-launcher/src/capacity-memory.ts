import type { PoolErrorClass } from './launch-errors.js';
import type { Refusal } from './launch-outcome.js';
import { poolKey, type Pool } from './pool.js';

/**
 * A pool that is left alone for a while. `'*'` as type, subnet or market covers all: a used-up Spot quota rests every
 * Spot pool. `until` is in milliseconds since 1970, so that the memory can be stored as it is.
 */
export interface PoolRest {
  readonly pool: { readonly instanceType: string; readonly subnet: string; readonly market: Pool['market'] | '*' };
  readonly code: string;
  readonly failures: number;
  readonly until: number;
}

/** What is known of pools that refused, at most one rest per pool or group of pools. Plain data: keep it where you like. */
export type CapacityMemory = readonly PoolRest[];

const MINUTE_MS = 60_000;
const LONGEST_REST_MS = 30 * MINUTE_MS;

const ofMarket = (pool: Pool): PoolRest['pool'] => ({ instanceType: '*', subnet: '*', market: pool.market });

/** Which pools a refusal rests, and for how long. */
const RESTS: { readonly [errorClass in PoolErrorClass]: { readonly scope: (pool: Pool) => PoolRest['pool']; readonly firstMs: number; readonly longestMs: number } } = {
  capacity: { scope: (pool) => pool, firstMs: 3 * MINUTE_MS, longestMs: LONGEST_REST_MS },
  price: { scope: (pool) => pool, firstMs: 3 * MINUTE_MS, longestMs: LONGEST_REST_MS },
  unsupported: { scope: (pool) => pool, firstMs: 24 * 60 * MINUTE_MS, longestMs: 24 * 60 * MINUTE_MS },
  'subnet-full': { scope: (pool) => ({ instanceType: '*', subnet: pool.subnet, market: '*' }), firstMs: 3 * MINUTE_MS, longestMs: LONGEST_REST_MS },
  'spot-quota': { scope: ofMarket, firstMs: 5 * MINUTE_MS, longestMs: 5 * MINUTE_MS },
  'on-demand-quota': { scope: ofMarket, firstMs: 5 * MINUTE_MS, longestMs: 5 * MINUTE_MS },
};

/**
 * Adds a refusal to the memory: a pool without capacity rests for 3 minutes, doubling to 30 with each refusal after a
 * rest; what a pool cannot do at all, 24 hours; a quota rests all pools of its market for 5 minutes.
 *
 * A refusal of a pool that rests already was asked for at the same time as the first: it doubles nothing, the rest
 * only runs from the latest. A pool that has not refused for half an hour after its rest begins anew.
 */
export function rememberRefusal(memory: CapacityMemory, refusal: Refusal, now: Date): CapacityMemory {
  const rule = RESTS[refusal.class];
  const { instanceType, subnet, market } = rule.scope(refusal.pool);
  const pool = { instanceType, subnet, market };
  const before = memory.find((rest) => keyOf(rest) === keyOf({ pool }));
  const failures = countFailures(before, now.getTime());
  const until = now.getTime() + Math.min(rule.firstMs * 2 ** (failures - 1), rule.longestMs);
  const rest = before !== undefined && before.until >= until ? before : { pool, code: refusal.code, failures, until };
  return [...memory.filter((other) => other !== before), rest];
}

function countFailures(before: PoolRest | undefined, nowMs: number): number {
  if (before === undefined || before.until + LONGEST_REST_MS <= nowMs) return 1;
  return before.until > nowMs ? before.failures : before.failures + 1;
}

/** Forgets what was held against a pool: it has just launched. What covers more than this pool stays until its time. */
export function rememberLaunch(memory: CapacityMemory, pool: Pool): CapacityMemory {
  return memory.filter((rest) => keyOf(rest) !== poolKey(pool));
}

/** The rest that keeps a pool from being tried now, the longest if several do. */
export function findRest(memory: CapacityMemory, pool: Pool, now: Date): PoolRest | undefined {
  const active = memory.filter((rest) => rest.until > now.getTime() && covers(rest, pool));
  return active.reduce<PoolRest | undefined>((longest, rest) => (longest === undefined || rest.until > longest.until ? rest : longest), undefined);
}

/** Would this refusal, remembered, rest that pool too? */
export function rulesOut(refusal: Refusal, pool: Pool): boolean {
  return covers({ pool: RESTS[refusal.class].scope(refusal.pool) }, pool);
}

function covers(rest: Pick<PoolRest, 'pool'>, pool: Pool): boolean {
  const fits = (mine: string, theirs: string) => mine === '*' || mine === theirs;
  return fits(rest.pool.instanceType, pool.instanceType) && fits(rest.pool.subnet, pool.subnet) && fits(rest.pool.market, pool.market);
}

function keyOf({ pool }: Pick<PoolRest, 'pool'>): string {
  return `${pool.instanceType}/${pool.subnet}/${pool.market}`;
}
