import { describe, expect, it } from 'vitest';
import { backoffUntil, fraction } from './backoff.js';
import { afterBootFailure, afterOnline } from './breaker.js';
import { findRest, restAfter } from './rest.js';
import { NOW } from './samples.contract.js';
import { hours, minutes, seconds } from './time.js';
import type { AmiBreaker, PoolRest, RestCause } from './world.js';

const POOL = { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' as const };
const OTHER = { ...POOL, subnet: 'subnet-b' };
const THIRD = { ...POOL, subnet: 'subnet-c' };

describe('P12 a pool rests', () => {
  it.each<readonly [why: string, cause: RestCause, before: { failures: number; endedAgo: number } | null, expected: number]>([
    ['3 minutes at first', 'capacity', null, minutes(3)],
    ['doubling', 'capacity', { failures: 1, endedAgo: 0 }, minutes(6)],
    ['up to 30', 'capacity', { failures: 9, endedAgo: 0 }, minutes(30)],
    ['anew after an hour of peace', 'capacity', { failures: 4, endedAgo: hours(1) }, minutes(3)],
    ['doubling for a moment less', 'capacity', { failures: 4, endedAgo: hours(1) - 1 }, minutes(30)],
    ['as long for machines that never came online', 'never-online', { failures: 1, endedAgo: 0 }, minutes(6)],
    ['a day where the zone has no such type', 'unsupported', null, hours(24)],
    ['5 minutes for a Spot quota', 'spot-quota', { failures: 5, endedAgo: 0 }, minutes(5)],
    ['5 minutes for an on-demand quota', 'on-demand-quota', null, minutes(5)],
    ['3 minutes for a subnet without addresses', 'subnet-full', { failures: 5, endedAgo: 0 }, minutes(3)],
  ])('%s', (_why, cause, before, expected) => {
    const rest: PoolRest | undefined = before === null ? undefined : { pool: POOL, cause, code: 'x', failures: before.failures, until: NOW - before.endedAgo };

    expect(restAfter({ pool: POOL, code: 'x', cause }, rest, NOW).until - NOW).toBe(expected);
  });

  it('is found by type, subnet and market', () => {
    const rests = [{ pool: OTHER, cause: 'capacity' as const, code: 'x', failures: 1, until: NOW }];

    expect(findRest(rests, { pool: OTHER, code: 'x', cause: 'capacity' })).toBe(rests[0]);
    expect(findRest(rests, { pool: POOL, code: 'x', cause: 'capacity' })).toBeUndefined();
  });
});

describe('P9 backoff', () => {
  it.each([[1, seconds(15)], [2, seconds(30)], [5, minutes(4)], [7, minutes(15)], [60, minutes(15)]])('after %i failures is about %i ms, spread by 20 % either way', (failures, base) => {
    const delays = Array.from({ length: 200 }, (_, index) => backoffUntil(`job ${index}`, failures, NOW) - NOW);

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(base * 0.8);
    expect(Math.max(...delays)).toBeLessThanOrEqual(base * 1.2);
    expect(new Set(delays).size).toBeGreaterThan(150);
  });

  it('is the same for the same failure', () => {
    expect(backoffUntil('a', 3, NOW)).toBe(backoffUntil('a', 3, NOW));
    expect(fraction('')).toBeGreaterThanOrEqual(0);
  });
});

describe('P13 the breaker of (class, AMI)', () => {
  const closed: AmiBreaker = { classId: 'go', amiId: 'ami-1', failures: [], openUntil: null };
  const after = (pools: readonly (typeof POOL)[]) => pools.reduce((verdict, pool) => afterBootFailure(verdict.breaker, pool, NOW), { breaker: closed, restPool: false });

  it.each<readonly [why: string, pools: readonly (typeof POOL)[], open: boolean, restPool: boolean]>([
    ['two are not three', [POOL, OTHER], false, false],
    ['three in a row in more than one pool', [POOL, OTHER, POOL], true, false],
    ['three in a row in three pools', [POOL, OTHER, THIRD], true, false],
    ['three in one pool: a subnet without egress looks so', [POOL, POOL, POOL], false, true],
    ['the fourth in another pool begins to count anew', [POOL, POOL, POOL, OTHER], false, false],
  ])('%s', (_why, pools, open, restPool) => {
    const verdict = after(pools);

    expect(verdict.breaker.openUntil).toBe(open ? NOW + minutes(10) : null);
    expect(verdict.restPool).toBe(restPool);
  });

  it('closes when one comes online, and counts from nothing', () => {
    const well = afterOnline(after([POOL, OTHER, POOL]).breaker, POOL, NOW + 1)!;
    expect(well).toMatchObject({ openUntil: null, failures: [{ poolKey: 't3.small/subnet-b/spot' }] });
    expect([POOL, OTHER].reduce((breaker, pool) => afterBootFailure(breaker, pool, NOW + 2).breaker, well).openUntil).toBeNull();
    expect([POOL, OTHER, POOL].reduce((breaker, pool) => afterBootFailure(breaker, pool, NOW + 2).breaker, well).openUntil).not.toBeNull();
  });

  it('learns nothing from one that was online before the last failure, or twice from the same', () => {
    const open = after([POOL, OTHER, POOL]).breaker;
    expect(afterOnline(open, POOL, NOW)).toBeUndefined();
    expect(afterOnline(afterOnline(open, POOL, NOW + 1)!, POOL, NOW + 1)).toBeUndefined();
    expect(afterOnline(closed, POOL, NOW)).toBeUndefined();
  });
});

describe('P12 one of two subnets without egress', () => {
  const closed: AmiBreaker = { classId: 'go', amiId: 'ami-1', failures: [], openUntil: null };
  const failure = ({ breaker, at, rests }: { breaker: AmiBreaker; at: number; rests: number }) => {
    const verdict = afterBootFailure(breaker, POOL, at);
    // Between any two of its failures one comes online in the other subnet.
    return { breaker: afterOnline(verdict.breaker, OTHER, at + 1) ?? verdict.breaker, at: at + minutes(5), rests: rests + Number(verdict.restPool) };
  };

  it('rests after three of its machines in a row, whatever comes online elsewhere, and after each one more; the AMI is not blamed', () => {
    let seen = { breaker: closed, at: NOW, rests: 0 };
    const rests = [1, 2, 3, 4, 5].map(() => (seen = failure(seen)).rests);

    expect(rests).toEqual([0, 0, 1, 2, 3]);
    expect(seen.breaker.openUntil).toBeNull();
  });

  it('is well again when one of its machines comes online', () => {
    const rested = [1, 2, 3].reduce((seen) => failure(seen), { breaker: closed, at: NOW, rests: 0 });
    const well = afterOnline(rested.breaker, POOL, rested.at)!;

    expect(afterBootFailure(well, POOL, rested.at + 1).restPool).toBe(false);
  });
});
