import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRest, rememberLaunch, rememberRefusal, rulesOut, type CapacityMemory } from './capacity-memory.js';
import type { PoolErrorClass } from './launch-errors.js';
import type { Pool } from './pool.js';

const start = Date.parse('2030-01-01T00:00:00Z');
const minutes = (count: number) => new Date(start + count * 60_000);
const spot: Pool = { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' };
const onDemand: Pool = { ...spot, market: 'on-demand' };
const otherType: Pool = { ...spot, instanceType: 't3a.small' };
const otherSubnet: Pool = { ...spot, subnet: 'subnet-b' };

const refuse = (memory: CapacityMemory, errorClass: PoolErrorClass, at: Date, pool = spot) => rememberRefusal(memory, { pool, code: `code-${errorClass}`, class: errorClass }, at);
const restMinutes = (memory: CapacityMemory, at: Date, pool = spot) => ((findRest(memory, pool, at)?.until ?? at.getTime()) - at.getTime()) / 60_000;

describe('rememberRefusal', () => {
  it.each<readonly [PoolErrorClass, number, readonly Pool[], readonly Pool[], string]>([
    ['capacity', 3, [spot], [onDemand, otherType, otherSubnet], 'another market of the same type and subnet is another pool'],
    ['price', 3, [spot], [onDemand, otherType, otherSubnet], 'the price is of one pool'],
    ['unsupported', 24 * 60, [spot], [onDemand, otherType, otherSubnet], 'a zone does not learn a type within the day'],
    ['subnet-full', 3, [spot, onDemand, otherType], [otherSubnet], 'addresses are shared by all types and markets'],
    ['spot-quota', 5, [spot, otherType, otherSubnet], [onDemand], 'the quota counts all Spot machines'],
    ['on-demand-quota', 5, [onDemand], [spot, otherType, otherSubnet], 'the quota counts all on-demand machines'],
  ])('%s rests for %i minutes what it covers: %4$s', (errorClass, length, resting, awake) => {
    const refused = errorClass === 'on-demand-quota' ? onDemand : spot;
    const memory = refuse([], errorClass, minutes(0), refused);

    for (const pool of resting) expect(restMinutes(memory, minutes(0), pool)).toBe(length);
    for (const pool of awake) expect(findRest(memory, pool, minutes(0))).toBeUndefined();
    for (const pool of [...resting, ...awake]) expect(rulesOut({ pool: refused, code: 'x', class: errorClass }, pool)).toBe(resting.includes(pool));
  });

  it('doubles from 3 minutes to 30 when a pool refuses again after each rest', () => {
    let memory: CapacityMemory = [];
    let at = minutes(0);
    const rests = Array.from({ length: 7 }, () => {
      memory = refuse(memory, 'capacity', at);
      const length = restMinutes(memory, at);
      at = new Date(at.getTime() + length * 60_000);
      return length;
    });

    expect(rests).toEqual([3, 6, 12, 24, 30, 30, 30]);
  });

  it('counts refusals that arrive during a rest once: they were asked for at the same time', () => {
    const ten = Array.from({ length: 10 }).reduce<CapacityMemory>((memory, _, index) => refuse(memory, 'capacity', new Date(start + index * 100)), []);

    expect(ten).toHaveLength(1);
    expect(ten[0]).toMatchObject({ failures: 1, until: start + 900 + 3 * 60_000 });
  });

  it('begins anew half an hour after a rest without a refusal', () => {
    const once = refuse([], 'capacity', minutes(0));

    expect(restMinutes(refuse(once, 'capacity', minutes(32.9)), minutes(32.9))).toBe(6);
    expect(restMinutes(refuse(once, 'capacity', minutes(33)), minutes(33))).toBe(3);
  });

  it('keeps the longer of two reasons, with its code', () => {
    const unsupported = refuse([], 'unsupported', minutes(0));

    const both = refuse(unsupported, 'capacity', minutes(1));

    expect(findRest(both, spot, minutes(1))).toMatchObject({ code: 'code-unsupported', until: start + 24 * 60 * 60_000 });
    expect(findRest(refuse(refuse([], 'capacity', minutes(0)), 'unsupported', minutes(1)), spot, minutes(1))).toMatchObject({ code: 'code-unsupported' });
  });

  it('finds the rest that ends last where several cover a pool', () => {
    const memory = refuse(refuse([], 'capacity', minutes(0)), 'spot-quota', minutes(0));

    expect(findRest(memory, spot, minutes(0))).toMatchObject({ code: 'code-spot-quota' });
    expect(findRest(memory, spot, minutes(5))).toBeUndefined();
  });

  it('never rests a pool for more than its class allows, nor ends a rest early, in any history', () => {
    const longest: { readonly [errorClass: string]: number } = { capacity: 30, price: 30, 'subnet-full': 30, unsupported: 1440, 'spot-quota': 5, 'on-demand-quota': 5 };
    const event = fc.record({ errorClass: fc.constantFrom<PoolErrorClass>('capacity', 'price', 'subnet-full', 'unsupported', 'spot-quota'), afterMs: fc.integer({ min: 0, max: 3_600_000 }), pool: fc.constantFrom(spot, onDemand, otherType, otherSubnet) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let memory: CapacityMemory = [];
        let at = start;
        for (const { errorClass, afterMs, pool } of events) {
          at += afterMs;
          const before = findRest(memory, pool, new Date(at))?.until ?? at;
          memory = refuse(memory, errorClass, new Date(at), pool);
          const after = findRest(memory, pool, new Date(at))?.until ?? at;
          expect(after).toBeGreaterThanOrEqual(before);
          expect(after).toBeLessThanOrEqual(Math.max(before, at + (longest[errorClass] ?? 0) * 60_000));
          expect(after).toBeGreaterThan(at);
        }
        expect(new Set(memory.map((rest) => JSON.stringify(rest.pool))).size).toBe(memory.length);
      }),
    );
  });
});

describe('rememberLaunch', () => {
  it('forgets what was held against the pool that launched, and nothing else', () => {
    const memory = refuse(refuse(refuse([], 'capacity', minutes(0)), 'capacity', minutes(0), otherType), 'spot-quota', minutes(0));

    const after = rememberLaunch(memory, spot);

    expect(after.map((rest) => rest.pool)).toEqual([otherType, { instanceType: '*', subnet: '*', market: 'spot' }]);
    expect(restMinutes(refuse(after, 'capacity', minutes(10)), minutes(10))).toBe(3);
  });
});
