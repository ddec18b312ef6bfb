import { describe, expect, it } from 'vitest';
import { capReason, refusingGate } from './gates.js';
import { poolsOf, restOf } from './pools.js';
import { GO, job, NOW, runner, runnerClass, world } from './samples.contract.js';
import { minutes } from './time.js';
import type { AmiBreaker, World } from './world.js';

const NONE = { all: 0, byClass: new Map<string, number>() };
const OPEN: AmiBreaker = { classId: 'go', amiId: 'ami-1', failures: [], openUntil: NOW + minutes(10) };
const code = (change: Partial<World>, granted: typeof NONE = NONE) => refusingGate(job('1'), GO, world(change), granted, NOW)?.reason.code;

describe('P10 gates', () => {
  it.each<readonly [why: string, change: Partial<World>, granted: typeof NONE, expected: string | undefined]>([
    ['nothing refuses', {}, NONE, undefined],
    ['the breaker of its AMI is open', { breakers: [OPEN] }, NONE, 'AMI_BREAKER'],
    ['the breaker of another class is open', { breakers: [{ ...OPEN, classId: 'node' }] }, NONE, undefined],
    ['a breaker that only counts is closed', { breakers: [{ ...OPEN, openUntil: null }] }, NONE, undefined],
    ['its time is over: one probe', { breakers: [{ ...OPEN, openUntil: NOW }] }, NONE, undefined],
    ['a probe boots already', { breakers: [{ ...OPEN, openUntil: NOW }], runners: [runner('p', { state: 'booting' })] }, NONE, 'AMI_BREAKER'],
    ['a probe was granted in this pass', { breakers: [{ ...OPEN, openUntil: NOW }] }, { all: 1, byClass: new Map([['go', 1]]) }, 'AMI_BREAKER'],
    ['a busy machine is no probe', { breakers: [{ ...OPEN, openUntil: NOW }], runners: [runner('p', { state: 'busy' })] }, NONE, undefined],
    ['this pass took the last place', { capLimits: { all: 2, perScope: 2 } }, { all: 2, byClass: new Map() }, 'CAP_ALL'],
    ['this pass took the last of the class', { cap: { all: 9, byClass: { go: 9 }, byScope: {} } }, { all: 1, byClass: new Map([['go', 1]]) }, 'CAP_CLASS'],
    ['the caps come before the budget', { capLimits: { all: 0, perScope: 1 }, budget: { spentToday: 9, perDay: 1 } }, NONE, 'CAP_ALL'],
    ['the breaker comes before everything', { breakers: [OPEN], capLimits: { all: 0, perScope: 0 } }, NONE, 'AMI_BREAKER'],
    ['no limit of the budget', { budget: { spentToday: 999, perDay: null } }, NONE, undefined],
    ['a cent is left', { budget: { spentToday: 4.99, perDay: 5 } }, NONE, undefined],
    ['without subnets of ours nothing can rest', { subnets: [] }, NONE, undefined],
    ['every pool rests for machines that never came online: nobody is told of capacity', { rests: poolsOf(GO, world({}).subnets, false).map((pool) => ({ pool, cause: 'never-online', code: 'never-online', failures: 1, until: NOW + 1 })) }, NONE, 'NEVER_ONLINE'],
  ])('%s', (_why, change, granted, expected) => {
    expect(code(change, granted)).toBe(expected);
  });

  it('name the cap that is full and its size', () => {
    expect(capReason('class', 'go', 10, world()).sentence).toBe('class "go" may have 10 machines at once, and has them');
    expect(capReason('scope', 'go', 10, world({ capLimits: { all: 12, perScope: 4 } })).sentence).toContain('fair share of 4');
  });
});

describe('pools', () => {
  it.each<readonly [why: string, market: 'spot' | 'spot-then-on-demand' | 'on-demand', onDemand: boolean, expected: readonly string[]]>([
    ['Spot only, whatever is allowed', 'spot', true, ['spot']],
    ['Spot first, then on demand', 'spot-then-on-demand', true, ['spot', 'on-demand']],
    ['not yet on demand', 'spot-then-on-demand', false, ['spot']],
    ['on demand only', 'on-demand', false, ['on-demand']],
  ])('%s', (_why, market, onDemand, expected) => {
    expect([...new Set(poolsOf(runnerClass('go', { market }), ['a', 'b'], onDemand).map((pool) => pool.market))]).toEqual(expected);
    expect(poolsOf(runnerClass('go', { market }), ['a', 'b'], onDemand)).toHaveLength(4 * expected.length);
  });

  it('rest until the last rest that concerns them ends', () => {
    const pool = { instanceType: 't3.small', subnet: 'a', market: 'spot' as const };
    const rest = (until: number, cause: 'capacity' | 'spot-quota', instanceType = 't3.small') => ({ pool: { ...pool, instanceType }, cause, code: 'x', failures: 1, until });

    expect(restOf(pool, [rest(NOW + 1, 'capacity'), rest(NOW + 5, 'spot-quota', 'm5.large')], NOW)?.until).toBe(NOW + 5);
    expect(restOf(pool, [rest(NOW + 5, 'capacity', 'm5.large')], NOW)).toBeUndefined();
    expect(restOf(pool, [rest(NOW, 'capacity')], NOW)).toBeUndefined();
    expect(restOf({ ...pool, market: 'on-demand' }, [rest(NOW + 5, 'spot-quota')], NOW)).toBeUndefined();
  });
});
