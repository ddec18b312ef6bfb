import { describe, expect, it } from 'vitest';
import type { Job } from './job.js';
import { GRANTS_PER_PASS, nextPlan, plan } from './plan.js';
import type { Runner } from './runner.js';
import { GO, job, KEY, NODE, NOW, runner, runnerClass, V124, V125, V127, world } from './samples.contract.js';
import { minutes, seconds } from './time.js';
import type { World } from './world.js';

/** What was decided for each job: `grant go`, `confirm`, or the code of what holds it back. */
function decide(change: Partial<World>, now = NOW): { readonly [jobId: string]: string } {
  return Object.fromEntries(plan(world(change), now).map((action) => [action.jobId, action.kind === 'grant' ? `grant ${action.classId}` : action.kind === 'confirm' ? 'confirm' : action.reason.code]));
}

const one = (change: Partial<Job> = {}) => [job('1', change)];

type Row = readonly [rule: string, why: string, change: Partial<World>, expected: string];

const ONE_JOB: readonly Row[] = [
  ['P1', 'Gitea has been silent for just 3 minutes: still believed', { jobs: one(), lastAnswer: { gitea: NOW - minutes(3), ec2: NOW } }, 'grant go'],
  ['P1', 'Gitea has been silent for longer: nothing is granted', { jobs: one(), lastAnswer: { gitea: NOW - minutes(3) - 1, ec2: NOW } }, 'GITEA_SILENT'],
  ['P1', 'EC2 has been silent: a launch could not be seen', { jobs: one(), lastAnswer: { gitea: NOW, ec2: NOW - minutes(3) - 1 } }, 'EC2_SILENT'],
  ['P1', 'an operator paused everything', { jobs: one(), paused: true }, 'PAUSED'],
  ['P1', 'an operator paused this class', { jobs: one(), paused: ['go'] }, 'PAUSED'],
  ['P1', 'an operator paused another class', { jobs: one(), paused: ['node'] }, 'grant go'],
  ['P1', 'a blocked job is told what it waits for, silence or not', { jobs: one({ status: 'blocked' }), paused: true }, 'BLOCKED'],
  ['P2', 'a queued job is demand', { jobs: one() }, 'grant go'],
  ['P2', 'Gitea says that it waits for another job', { jobs: one({ status: 'blocked' }) }, 'BLOCKED'],
  ['P2', 'an empty label is what a failed expression leaves', { jobs: one({ labels: ['go', ''] }) }, 'EXPRESSION_FAILED'],
  ['P2', '"Array" is what an unsupported expression leaves', { jobs: one({ labels: ['Array'] }) }, 'EXPRESSION_FAILED'],
  ['P2', '"Object" is what an unsupported expression leaves', { jobs: one({ labels: ['Object'] }) }, 'EXPRESSION_FAILED'],
  ['P2', 'an expression that was not evaluated', { jobs: one({ labels: ['${{ matrix.os }}'] }) }, 'EXPRESSION_FAILED'],
  ['P2', 'no class covers the label', { jobs: one({ labels: ['windows'] }) }, 'FOREIGN_LABELS'],
  ['P2', 'one label of two is not covered', { jobs: one({ labels: ['go', 'gpu'] }) }, 'FOREIGN_LABELS'],
  ['P2', 'no labels, and no default class', { jobs: one({ labels: [] }) }, 'EMPTY_LABELS'],
  ['P2', 'no labels want the default class', { jobs: one({ labels: [] }), classes: [GO, runnerClass('node', { isDefault: true })] }, 'grant node'],
  ['P2', 'a row known to call a reusable workflow is taken by no runner', { jobs: one({ caller: true }), server: V127 }, 'CALLER'],
  ['P2', 'from 1.27 a listed row that nobody announced may be a caller', { jobs: one({ announced: false }), server: V127 }, 'confirm'],
  ['P2', 'from 1.27 an announced row is none', { jobs: one({ announced: true }), server: V127 }, 'grant go'],
  ['P2', 'from 1.27 a row whose file shows no `uses` is none', { jobs: one({ announced: false, caller: false }), server: V127 }, 'grant go'],
  ['P2', 'up to 1.26 callers are no rows', { jobs: one({ announced: false }), server: V125 }, 'grant go'],
  ['P3', 'a class with sudo launches only for one repository', { jobs: one(), classes: [runnerClass('go', { sudo: true })], scope: { kind: 'owner', name: 'acme' } }, 'ELEVATED_SCOPE'],
  ['P3', 'a class with an instance profile launches only for one repository', { jobs: one(), classes: [runnerClass('go', { instanceProfile: true })], scope: { kind: 'instance' } }, 'ELEVATED_SCOPE'],
  ['P3', 'in repository scope it may', { jobs: one(), classes: [runnerClass('go', { instanceProfile: true, sudo: true })] }, 'grant go'],
  ['P3', 'the class is for other repositories', { jobs: one(), classes: [runnerClass('go', { allowedRepositories: ['acme/other'] })] }, 'NOT_ALLOWED'],
  ['P3', 'the class is for this repository among others', { jobs: one(), classes: [runnerClass('go', { allowedRepositories: ['acme/*'] })] }, 'grant go'],
  ['P4', 'confirmed just 90 s ago: still demand', { jobs: one({ confirmedAt: NOW - seconds(90) }) }, 'grant go'],
  ['P4', 'nobody confirmed it for longer: Gitea is asked', { jobs: one({ confirmedAt: NOW - seconds(90) - 1 }) }, 'confirm'],
  ['P4', '1.24 cannot be asked: what was delivered counts', { jobs: one({ confirmedAt: NOW - minutes(30) }), server: V124 }, 'grant go'],
  ['P4', '1.24 cannot be asked, and two machines idled out beside it', { jobs: one({ idleOuts: 2 }), server: V124 }, 'UNCONFIRMED'],
  ['P4', 'on 1.24 one idle-out is none', { jobs: one({ idleOuts: 1 }), server: V124 }, 'grant go'],
  ['P4', 'two machines idled out beside it, its pause is over: one probe', { jobs: one({ idleOuts: 2, notBefore: NOW }) }, 'grant go'],
  ['P4', 'two machines idled out beside it, its pause is not over', { jobs: one({ idleOuts: 2, notBefore: NOW + 1 }) }, 'NOT_HANDED_OVER'],
  ['P6', 'an unconsumed runner will take it', { jobs: one(), runners: [runner('a')] }, 'SERVED'],
  ['P6', 'an unexpired grant will become a runner', { jobs: one(), plan: { epoch: 4, grants: [{ name: 'g', classId: 'go', jobId: '1', grantedAt: NOW - seconds(60) }] } }, 'SERVED'],
  ['P6', 'a grant older than 60 s is void', { jobs: one(), plan: { epoch: 4, grants: [{ name: 'g', classId: 'go', jobId: '1', grantedAt: NOW - seconds(60) - 1 }] } }, 'grant go'],
  ['P6', 'a grant that became a runner is not counted beside it', { jobs: [job('1'), job('2')], runners: [runner('g')], plan: { epoch: 4, grants: [{ name: 'g', classId: 'go', jobId: '1', grantedAt: NOW }] } }, 'SERVED'],
  ['P9', 'its last machine failed a moment ago', { jobs: one({ failures: 1, notBefore: NOW + 1 }) }, 'BACKOFF'],
  ['P9', 'its backoff is over', { jobs: one({ failures: 1, notBefore: NOW }) }, 'grant go'],
  ['P9', 'the reason of the failure stays while it backs off', { jobs: one({ failures: 1, notBefore: NOW + 1, reasons: [{ code: 'LAUNCH_REFUSED', sentence: 'no', remedy: null, at: NOW }] }) }, 'LAUNCH_REFUSED'],
  ['P10', 'every place is taken', { jobs: one(), cap: { all: 12, byClass: {}, byScope: {} } }, 'CAP_ALL'],
  ['P10', 'one place is left', { jobs: one(), cap: { all: 11, byClass: {}, byScope: {} } }, 'grant go'],
  ['P10', 'the class has as many as it may', { jobs: one(), cap: { all: 10, byClass: { go: 10 }, byScope: {} } }, 'CAP_CLASS'],
  ['P10', 'the scope has its fair share', { jobs: one(), cap: { all: 3, byClass: {}, byScope: { [KEY]: 3 } }, capLimits: { all: 12, perScope: 3 } }, 'CAP_SCOPE'],
  ['P10', 'the budget of the day is spent', { jobs: one(), budget: { spentToday: 5, perDay: 5 } }, 'BUDGET'],
  ['P10', 'the first gate that refuses is the reason', { jobs: one(), cap: { all: 12, byClass: { go: 10 }, byScope: {} }, budget: { spentToday: 5, perDay: 5 } }, 'CAP_ALL'],
  ['P20', 'a surplus runner is used, not ended, and nothing more is granted', { jobs: one(), runners: [runner('a'), runner('b', { runnerId: 101 })] }, 'SERVED'],
  ['P21', 'capacity is never given up: an hour later it is tried again', { jobs: one({ failures: 40, notBefore: NOW - 1 }) }, 'grant go'],
];

describe('the plan for one job', () => {
  it.each(ONE_JOB)('%s: %s', (_rule, _why, change, expected) => {
    expect(decide(change)['1']).toBe(expected);
  });
});

describe('P2 final and running jobs', () => {
  it('are no demand, and nothing is said of them', () => {
    expect(plan(world({ jobs: [job('1', { status: 'done' }), job('2', { status: 'running' })] }), NOW)).toEqual([]);
  });
});

describe('P4 a row that Gitea does not hand out', () => {
  const stuck = job('1', { idleOuts: 2, notBefore: NOW - 1 });

  it.each<readonly [why: string, runners: readonly Runner[], expected: string]>([
    ['a probe is booting', [runner('p', { state: 'booting', stages: { launched: NOW } })], 'NOT_HANDED_OVER'],
    ['a probe is idle but stalled: no supply, yet it still costs', [runner('p', { stages: { launched: NOW - minutes(4), online: NOW - minutes(3) } })], 'NOT_HANDED_OVER'],
    ['the probe has ended', [runner('p', { state: 'ended' })], 'grant go'],
    ['the machine of another class is no probe', [runner('p', { classId: 'node', labels: ['node'] })], 'grant go'],
  ])('gets one probe at a time: %s', (_why, runners, expected) => {
    expect(decide({ jobs: [{ ...stuck, queuedAt: NOW - minutes(20) }], runners })['1']).toMatch(expected === 'NOT_HANDED_OVER' ? /NOT_HANDED_OVER|SERVED/ : expected);
    expect(plan(world({ jobs: [{ ...stuck, queuedAt: NOW - minutes(20) }], runners }), NOW).filter((action) => action.kind === 'grant')).toHaveLength(expected === 'grant go' ? 1 : 0);
  });

  it('holds back its whole class in this scope, and no other class', () => {
    const decided = decide({ jobs: [stuck, job('2'), job('3', { labels: ['node'] })] });

    expect(decided).toEqual({ 1: 'grant go', 2: 'NOT_HANDED_OVER', 3: 'grant node' });
  });

  it('pauses the whole class until its next probe', () => {
    expect(decide({ jobs: [{ ...stuck, notBefore: NOW + minutes(1) }, job('2')] })).toEqual({ 1: 'NOT_HANDED_OVER', 2: 'NOT_HANDED_OVER' });
  });
});

describe('P5 queued after final', () => {
  it('is no state of a job: whoever records it asks first, so the plan sees a new generation', () => {
    expect(decide({ jobs: [job('1', { generation: 1 })] })).toEqual({ 1: 'grant go' });
  });
});

describe('P7 matching', () => {
  it('gives the runner with few labels to the job with few, so that one machine less is launched', () => {
    const both = runnerClass('both', { labels: ['go', 'gpu'] });
    const runners = [runner('a', { classId: 'both', labels: ['go', 'gpu'] }), runner('b', { runnerId: 101 })];

    expect(decide({ classes: [GO, both], jobs: [job('1', { queuedAt: NOW - 2 }), job('2', { queuedAt: NOW - 1, labels: ['go', 'gpu'] })], runners })).toEqual({ 1: 'SERVED', 2: 'SERVED' });
  });
});

describe('P8 need', () => {
  it('grants one runner of its class to every unmatched job, oldest first', () => {
    const actions = plan(world({ jobs: [job('2', { queuedAt: NOW - 1 }), job('1', { queuedAt: NOW - 3 }), job('3', { queuedAt: NOW - 2, labels: ['node'] })] }), NOW);

    expect(actions.map((action) => [action.jobId, action.kind === 'grant' ? action.classId : action.kind])).toEqual([['1', 'go'], ['3', 'node'], ['2', 'go']]);
    expect(actions.map((action) => (action.kind === 'grant' ? action.name : ''))).toEqual(['tinqs-ci-x-go-c.5.0', 'tinqs-ci-x-node-c.5.1', 'tinqs-ci-x-go-c.5.2']);
  });

  it('gives the last place to the oldest', () => {
    expect(decide({ jobs: [job('2', { queuedAt: NOW - 1 }), job('1', { queuedAt: NOW - 2 })], cap: { all: 11, byClass: {}, byScope: {} } })).toEqual({ 1: 'grant go', 2: 'CAP_ALL' });
  });
});

describe('P11 grants', () => {
  it(`are at most ${GRANTS_PER_PASS} in one pass; the next follows at once`, () => {
    const jobs = Array.from({ length: 12 }, (_, index) => job(String(index), { queuedAt: NOW - 100 + index }));
    const actions = plan(world({ jobs, classes: [runnerClass('go', { limits: { ...GO.limits, concurrent: 100 } })], capLimits: { all: 100, perScope: 100 } }), NOW);

    expect(actions.filter((action) => action.kind === 'grant')).toHaveLength(10);
    expect(actions.filter((action) => action.reason.code === 'TURN').map((action) => action.jobId)).toEqual(['10', '11']);
  });
});

describe('P12 pools', () => {
  const pools = ['t3.small', 't3a.small'].flatMap((instanceType) => ['subnet-a', 'subnet-b'].map((subnet) => ({ instanceType, subnet, market: 'spot' as const })));
  const resting = (until: number, cause: 'capacity' | 'spot-quota' = 'capacity') => pools.map((pool) => ({ pool, cause, code: 'x', failures: 1, until }));

  it('that all rest hold the job until the first is back', () => {
    const actions = plan(world({ jobs: [job('1')], rests: [...resting(NOW + minutes(9)).slice(1), { ...resting(NOW + minutes(4))[0]! }] }), NOW);

    expect(actions[0]).toMatchObject({ kind: 'hold', reason: { code: 'NO_CAPACITY' }, until: NOW + minutes(4) });
  });

  it('of which one does not rest hold nothing', () => {
    expect(decide({ jobs: [job('1')], rests: resting(NOW + minutes(9)).slice(1) })).toEqual({ 1: 'grant go' });
  });

  it('whose market is out of quota rest together, with that reason', () => {
    expect(decide({ jobs: [job('1')], rests: resting(NOW + minutes(5), 'spot-quota').slice(0, 1) })).toEqual({ 1: 'SPOT_QUOTA' });
  });

  it.each<readonly [why: string, change: Partial<Job>, expected: string]>([
    ['one failure', { failures: 1 }, 'NO_CAPACITY'],
    ['two failures', { failures: 2 }, 'grant go'],
    ['two interruptions', { timeline: [{ at: NOW, event: 'interrupted', detail: 'a' }, { at: NOW, event: 'interrupted', detail: 'b' }] }, 'grant go'],
  ])('on demand are used where the class allows it after two failures or interruptions: %s', (_why, change, expected) => {
    expect(decide({ jobs: [job('1', change)], rests: resting(NOW + minutes(9)), classes: [runnerClass('go', { market: 'spot-then-on-demand' })] })).toEqual({ 1: expected });
  });
});

describe('the plan item', () => {
  it('reserves the granted names under the next epoch, and drops grants that are void or became runners', () => {
    const grants = ['old', 'became', 'kept'].map((name) => ({ name, classId: 'node', jobId: '9', grantedAt: name === 'old' ? NOW - seconds(61) : NOW }));
    const seen = world({ jobs: [job('1')], runners: [runner('became', { labels: ['node'] })], plan: { epoch: 4, grants } });
    const next = nextPlan(seen, plan(seen, NOW), NOW);

    expect(next.epoch).toBe(5);
    expect(next.grants.map((grant) => grant.name)).toEqual(['kept', 'tinqs-ci-x-go-c.5.0']);
  });

  it('is empty-handed where nothing is granted, so that nothing need be written', () => {
    expect(nextPlan(world({ classes: [NODE] }), [], NOW).grants).toEqual([]);
  });
});
