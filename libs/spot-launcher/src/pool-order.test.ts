import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PoolRest } from './capacity-memory.js';
import { orderPools } from './pool-order.js';
import { listPools, poolKey, type Pool } from './pool.js';

const now = new Date('2030-01-01T00:00:00Z');
const everywhere = listPools({ instanceTypes: ['t3.small', 't3a.small'], subnets: ['subnet-a', 'subnet-b'], market: 'spot-then-on-demand' });
const keys = (pools: readonly Pool[]) => pools.map(poolKey);

const pool = fc.record<Pool>({ instanceType: fc.constantFrom('t3.small', 't3a.small', 'm7i.large'), subnet: fc.constantFrom('subnet-a', 'subnet-b'), market: fc.constantFrom('spot', 'on-demand') });
const rest = fc.record<PoolRest>({
  pool: fc.record({ instanceType: fc.constantFrom('t3.small', '*'), subnet: fc.constantFrom('subnet-a', '*'), market: fc.constantFrom('spot', 'on-demand', '*') }),
  code: fc.constant('InsufficientInstanceCapacity'),
  failures: fc.integer({ min: 1, max: 9 }),
  until: fc.integer({ min: now.getTime() - 5, max: now.getTime() + 5 }),
});

describe('listPools', () => {
  it('goes through the types, each in every subnet, first all Spot, then all on-demand', () => {
    expect(keys(everywhere)).toEqual([
      't3.small/subnet-a/spot',
      't3.small/subnet-b/spot',
      't3a.small/subnet-a/spot',
      't3a.small/subnet-b/spot',
      't3.small/subnet-a/on-demand',
      't3.small/subnet-b/on-demand',
      't3a.small/subnet-a/on-demand',
      't3a.small/subnet-b/on-demand',
    ]);
  });

  it.each(['spot', 'on-demand'] as const)('has only %s where the class says so', (market) => {
    expect(listPools({ instanceTypes: ['t3.small'], subnets: ['subnet-a'], market })).toEqual([{ instanceType: 't3.small', subnet: 'subnet-a', market }]);
  });
});

describe('orderPools', () => {
  it('keeps the order given where no name rotates it', () => {
    expect(orderPools(everywhere, [], now)).toEqual(everywhere);
  });

  it('puts Spot first however the pools are given', () => {
    expect(keys(orderPools([...everywhere].reverse(), [], now)).map((key) => key.split('/')[2])).toEqual([...Array<string>(4).fill('spot'), ...Array<string>(4).fill('on-demand')]);
  });

  it('rotates by the name, and only rotates', () => {
    const names = Array.from({ length: 40 }, (_, index) => `runner-${index}`);

    const firsts = names.map((name) => keys(orderPools(everywhere, [], now, name)).slice(0, 4));

    const turns = [0, 1, 2, 3].map((turn) => [...keys(everywhere).slice(turn, 4), ...keys(everywhere).slice(0, turn)]);
    for (const first of firsts) expect(turns).toContainEqual(first);
    expect(new Set(firsts.map((first) => first[0])).size).toBe(4);
  });

  it('spreads over what is left when a pool rests, not all onto its neighbour', () => {
    const memory = [{ pool: everywhere[0] as Pool, code: 'InsufficientInstanceCapacity', failures: 1, until: now.getTime() + 1 }];

    const firsts = Array.from({ length: 300 }, (_, index) => keys(orderPools(everywhere, memory, now, `runner-${index}`))[0]);

    for (const key of keys(everywhere).slice(1, 4)) expect(firsts.filter((first) => first === key).length).toBeGreaterThan(60);
  });

  it.each<readonly [string, PoolRest['pool'], readonly string[]]>([
    ['every Spot pool while the Spot quota rests', { instanceType: '*', subnet: '*', market: 'spot' }, ['t3.small/subnet-a/on-demand', 't3.small/subnet-b/on-demand', 't3a.small/subnet-a/on-demand', 't3a.small/subnet-b/on-demand']],
    ['every pool of a full subnet', { instanceType: '*', subnet: 'subnet-a', market: '*' }, ['t3.small/subnet-b/spot', 't3a.small/subnet-b/spot', 't3.small/subnet-b/on-demand', 't3a.small/subnet-b/on-demand']],
  ])('drops %s', (_, resting, left) => {
    const memory = [{ pool: resting, code: 'x', failures: 1, until: now.getTime() + 1 }];

    expect(keys(orderPools(everywhere, memory, now))).toEqual(left);
    expect(orderPools(everywhere, memory, new Date(now.getTime() + 1))).toHaveLength(8);
  });

  it('gives each pool that does not rest once, Spot first, whatever it is given', () => {
    fc.assert(
      fc.property(fc.array(pool), fc.array(rest), fc.string(), (pools, memory, name) => {
        const rests = (each: Pool) => memory.some((one) => one.until > now.getTime() && (['instanceType', 'subnet', 'market'] as const).every((part) => one.pool[part] === '*' || one.pool[part] === each[part]));

        const ordered = orderPools(pools, memory, now, name);

        expect(new Set(keys(ordered)).size).toBe(ordered.length);
        expect(new Set(keys(ordered))).toEqual(new Set(keys(pools.filter((each) => !rests(each)))));
        expect(ordered.findLastIndex((each) => each.market === 'spot')).toBeLessThan(ordered.findIndex((each) => each.market === 'on-demand') + (ordered.some((each) => each.market === 'on-demand') ? 0 : 99));
      }),
    );
  });
});
