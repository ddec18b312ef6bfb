import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sumCost, summariseCost } from './cost.js';
import { EU_WEST_1 } from './price-list.js';
import { endedJob, endedRunner, NOON, runner } from './samples.contract.js';

const HOUR = 3_600_000;
const spot = (instanceType = 't3.small') => ({ instanceType, subnet: 'subnet-1', market: 'spot' }) as const;
const machine = (fields: Partial<ReturnType<typeof runner>>, hours = 1) => endedRunner({ pool: spot(), pricePerHour: 0.0076, ...fields, stages: { launched: NOON, terminated: NOON + hours * HOUR } }, NOON + hours * HOUR);

describe('the cost of what ended', () => {
  it('adds up machines by the repository of the job they took', () => {
    const records = [
      endedJob({ id: '1' }),
      machine({ name: 'a', ran: '1' }, 4),
      endedJob({ id: '2', repository: { id: 13, fullName: 'acme/bot' } }),
      machine({ name: 'b', ran: '2', launchedFor: '1', pricePerHour: 0.0228, pool: { ...spot(), market: 'on-demand' } }),
    ];

    const [app, bot, ...more] = summariseCost(records, 'repository');

    expect(more).toEqual([]);
    expect(app).toMatchObject({ key: 'acme/app', jobs: 1, machines: 1, hours: 4, onDemand: 0 });
    expect(app?.spot).toBeCloseTo(0.0304);
    expect(app?.saved).toBeCloseTo(1 - 0.0076 / 0.0228);
    expect(bot).toMatchObject({ key: 'acme/bot', jobs: 1, machines: 1, hours: 1, spot: 0, onDemand: 0.0228, saved: null });
    expect(bot?.ipAndDisk).toBeCloseTo(0.005 + (20 * 0.088) / 730);
  });

  it('adds up by class and by day', () => {
    const records = [endedJob({ id: '1' }), machine({ name: 'a', ran: '1' }), machine({ name: 'b', ran: null, classId: 'node' }, 30)];

    expect(summariseCost(records, 'class').map(({ key, jobs, machines }) => [key, jobs, machines])).toEqual([['node', 0, 1], ['go', 1, 1]]);
    expect(summariseCost(records, 'day').map(({ key, jobs, machines }) => [key, jobs, machines])).toEqual([['2030-01-31', 1, 1], ['2030-02-01', 0, 1]]);
  });

  it.each([
    ['counts a machine that took no job for its scope', machine({ ran: null, launchedFor: 'gone' }), 'acme/app'],
    ['counts a machine of an owner whose job is not in the range as unknown', machine({ ran: null, launchedFor: 'gone', scopeRef: { kind: 'owner', name: 'acme' } }), '?'],
    ['takes the repository from the job recorded with the machine', { ...machine({ scopeRef: { kind: 'instance' } }), job: endedJob({ id: '9' }).job }, 'acme/app'],
  ])('%s', (_, record, key) => {
    expect(summariseCost([record], 'repository')).toMatchObject([{ key, machines: 1, hours: 1 }]);
  });

  it('counts no machine that was never launched, and no negative hours', () => {
    const never = endedRunner({ stages: { granted: NOON } });
    const backwards = endedRunner({ name: 'b', pool: spot(), pricePerHour: 1, stages: { launched: NOON + HOUR, terminated: NOON } });

    expect(summariseCost([never, backwards], 'class')).toMatchObject([{ key: 'go', machines: 1, hours: 0, spot: 0, ipAndDisk: 0 }]);
  });

  it('says nothing of savings where a price is unknown', () => {
    expect(summariseCost([machine({ pool: spot('z9.huge') })], 'class')[0]?.saved).toBeNull();
    expect(summariseCost([machine({ pricePerHour: null })], 'class')[0]).toMatchObject({ spot: 0, saved: null });
  });

  it('is the same in total whatever it is split by', () => {
    const record = fc.record({ id: fc.integer({ min: 1, max: 9 }), price: fc.option(fc.double({ min: 0, max: 1, noNaN: true })), hours: fc.double({ min: 0.1, max: 50, noNaN: true }), type: fc.constantFrom('t3.small', 't3a.large', 'z9.huge'), market: fc.constantFrom('spot', 'on-demand' as const), classId: fc.constantFrom('go', 'node') });
    fc.assert(
      fc.property(fc.array(record), (given) => {
        const records = given.map(({ id, price, hours, type, market, classId }, index) => machine({ name: `r${index}`, ran: String(id), pricePerHour: price, pool: { ...spot(type), market }, classId }, hours));
        const totals = (['repository', 'class', 'day'] as const).map((by) => sumCost(summariseCost(records, by)));

        for (const total of totals) {
          for (const field of ['jobs', 'machines', 'hours', 'spot', 'onDemand', 'ipAndDisk', 'spotAtOnDemand'] as const) expect(total[field]).toBeCloseTo(totals[0]![field], 6);
          expect(total.saved ?? -1).toBeCloseTo(totals[0]!.saved ?? -1, 6);
        }
      }),
    );
  });

  it('lists larger types of one family at proportional prices', () => {
    for (const family of ['t3', 't3a']) {
      const price = (size: string) => EU_WEST_1.onDemandPerHour[`${family}.${size}`]!;
      expect(price('large')).toBeCloseTo(4 * price('small'));
      expect(price('2xlarge')).toBeCloseTo(4 * price('large'));
    }
  });
});
