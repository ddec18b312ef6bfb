import { describe, expect, it } from 'vitest';
import type { Runner } from './runner.js';
import { job, NOW, runner, V126, V127, world } from './samples.contract.js';
import { liveGrants, supplyOf, withinStageLimit } from './supply.js';
import { minutes, seconds } from './time.js';
import type { ServerFacts } from './world.js';

const old = job('1', { queuedAt: NOW - seconds(90) });
const stalledNow = { launched: NOW - minutes(3), online: NOW - seconds(90) };

type Row = readonly [why: string, change: Partial<Runner>, counts: boolean, server?: ServerFacts, queuedAt?: number];

describe('P6 supply', () => {
  it.each<Row>([
    ['idle and unconsumed', {}, true],
    ['booting within the class limit', { state: 'booting', stages: { launched: NOW - minutes(5) } }, true],
    ['launching for less than 60 s', { state: 'launching', stages: { registered: NOW - seconds(60) } }, true],
    ['booting beyond it', { state: 'booting', stages: { launched: NOW - minutes(5) - 1 } }, false],
    ['idle beyond its limit', { stages: { online: NOW - minutes(5) - 1 } }, false, V127],
    ['it took a job', { ran: '9', state: 'busy' }, false],
    ['it is busy with a job that nobody has told of', { state: 'busy' }, false],
    ['it is on its way out', { state: 'draining' }, false],
    ['it ended', { state: 'ended' }, false],
    ['somebody asked it to end', { ending: { since: NOW, code: 'OPERATOR', failures: 0, notBefore: null } }, false],
    ['an administrator disabled it in Gitea', { disabled: true }, false],
    ['its registration is gone', { registrationGone: true }, false],
    ['up to 1.26 it is stalled: online for 90 s beside a job queued for 90 s', { stages: stalledNow }, false],
    ['online for a moment less', { stages: { ...stalledNow, online: NOW - seconds(90) + 1 } }, true],
    ['the job beside it is queued for a moment less', { stages: stalledNow }, true, V126, NOW - seconds(90) + 1],
    ['it could not take that job anyway', { stages: stalledNow, labels: ['node'] }, true],
    ['from 1.27 a runner looks again', { stages: stalledNow }, true, V127],
  ])('counts a runner or not: %s', (...row) => {
    const [, change, counts, server = V126, queuedAt = old.queuedAt] = row as unknown as Row;
    expect(supplyOf(world({ jobs: [{ ...old, queuedAt }], runners: [runner('a', change)], server }), NOW).map((each) => each.name)).toEqual(counts ? ['a'] : []);
  });

  it('counts a grant until it becomes a runner or 60 s have passed', () => {
    const grants = [0, seconds(60), seconds(60) + 1].map((age, index) => ({ name: `g${index}`, classId: 'go', jobId: '1', grantedAt: NOW - age }));

    expect(supplyOf(world({ plan: { epoch: 1, grants } }), NOW).map((each) => each.name)).toEqual(['g0', 'g1']);
    expect(liveGrants({ plan: { epoch: 1, grants }, runners: [runner('g0', { state: 'ended' })] }, NOW).map((each) => each.name)).toEqual(['g1']);
  });

  it('knows a grant by the labels of its class, and by none when the class is gone', () => {
    const grants = ['go', 'gone'].map((classId) => ({ name: classId, classId, jobId: '1', grantedAt: NOW }));

    expect(supplyOf(world({ plan: { epoch: 1, grants } }), NOW).map((each) => each.labels)).toEqual([['go'], []]);
  });
});

describe('P13 stage limits', () => {
  it.each<readonly [why: string, change: Partial<Runner>, within: boolean]>([
    ['registered for 60 s', { state: 'registered', stages: { registered: NOW - seconds(60) } }, true],
    ['registered for longer', { state: 'registered', stages: { registered: NOW - seconds(60) - 1 } }, false],
    ['launching for longer', { state: 'launching', stages: { registered: NOW - seconds(60) - 1 } }, false],
    ['booting for longer than its class may', { state: 'booting', stages: { launched: NOW - minutes(5) - 1 } }, false],
    ['idle for 300 s', { state: 'idle', stages: { online: NOW - minutes(5) } }, true],
    ['idle for longer', { state: 'idle', stages: { online: NOW - minutes(5) - 1 } }, false],
    ['busy runners are not waited for', { state: 'busy' }, false],
  ])('%s', (_why, change, within) => {
    expect(withinStageLimit(runner('a', change), NOW)).toBe(within);
  });
});
