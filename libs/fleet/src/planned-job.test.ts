import { describe, expect, it } from 'vitest';
import type { PlannedFrom } from './job.js';
import { plan } from './plan.js';
import { replacedPlans } from './planned-job.js';
import { mayHaveRun } from './unknown-pickups.js';
import { plannedPickups } from './planned-pickups.js';
import { job, NOW, runner, V124, V125, world } from './samples.contract.js';

const from: PlannedFrom = { run: 'r', file: 'ci.yml', event: 'push', ref: 'refs/heads/main', key: 'build', needs: [], context: 'ci / build (push)' };
const planned = (id: string, change: Parameters<typeof job>[1] = {}) => job(`planned:${id}`, { name: 'build', announced: false, runId: null, url: null, planned: from, ...change });
const row = (runnerId: number, busy: boolean) => ({ runnerId, name: `r${runnerId}`, online: true, busy, disabled: false });

describe('a row of Gitea and a plan', () => {
  it.each([
    ['nothing but plans', [planned('a')], []],
    ['a row of that commit and name', [planned('a'), job('1', { name: 'build' })], ['planned:a']],
    ['a row that is over already', [planned('a'), job('1', { name: 'build', status: 'done' })], ['planned:a']],
    ['a row of another name', [planned('a'), job('1', { name: 'test' })], []],
    ['a row of another commit', [planned('a'), job('1', { name: 'build', headSha: 'other' })], []],
    ['one row for two plans: counted, the older first', [planned('a', { queuedAt: NOW }), planned('b', { queuedAt: NOW - 1 }), job('1', { name: 'build' })], ['planned:b']],
    ['two rows for two plans', [planned('a'), planned('b'), job('1', { name: 'build' }), job('2', { name: 'build' })], ['planned:a', 'planned:b']],
  ])('%s', (_, jobs, expected) => {
    expect([...replacedPlans(jobs)].sort()).toEqual(expected);
  });

  it.each([V124, V125])('are never both demand', (server) => {
    const actions = plan(world({ jobs: [planned('a'), job('1', { name: 'build' })], server }), NOW);

    expect(actions.filter((action) => action.kind === 'grant').map((action) => action.jobId)).toEqual(['1']);
  });
});

describe('a planned job', () => {
  it('is demand by itself', () => {
    expect(plan(world({ jobs: [planned('a')], server: V124 }), NOW)).toMatchObject([{ kind: 'grant', jobId: 'planned:a' }]);
  });

  it('waits for a row where rows can be listed, once 90 s are over', () => {
    expect(plan(world({ jobs: [planned('a', { confirmedAt: NOW - 91_000 })], server: V125 }), NOW)).toMatchObject([{ kind: 'hold', reason: { code: 'PLAN_ONLY' } }]);
  });

  it('is parked after two machines idled out beside it', () => {
    expect(plan(world({ jobs: [planned('a', { idleOuts: 2 })], server: V124 }), NOW)).toMatchObject([{ kind: 'hold', reason: { code: 'UNCONFIRMED' } }]);
  });
});

describe('runners that took a planned job', () => {
  const launched = (id: number, change: Parameters<typeof runner>[1] = {}) => runner(`r${id}`, { runnerId: id, state: 'idle', stages: { registered: NOW - 60_000, launched: NOW - 50_000, online: NOW - 20_000 }, ...change });

  it.each([
    ['busy: it was picked up', [planned('a')], [launched(1, { launchedFor: 'planned:a' })], [row(1, true)], [['planned:a', 'running']]],
    ['gone: it is over', [planned('a')], [launched(1, { launchedFor: 'planned:a' })], [], [['planned:a', 'done']]],
    ['idle: nothing was taken', [planned('a')], [launched(1, { launchedFor: 'planned:a' })], [row(1, false)], []],
    ['each takes one', [planned('a'), planned('b')], [launched(1, { launchedFor: 'planned:a' }), launched(2, { launchedFor: 'planned:a' })], [], [['planned:a', 'done'], ['planned:b', 'done']]],
    ['launched for a job that is gone: the oldest that its labels cover', [planned('a', { labels: ['node'] }), planned('b')], [launched(1, { launchedFor: 'planned:z' })], [], [['planned:b', 'done']]],
    ['its job is known: it took no other', [planned('a')], [launched(1, { ran: '5' })], [], []],
    ['launched after the rows were read: it is in no list yet', [planned('a')], [launched(1, { stages: { registered: NOW, launched: NOW } })], [], []],
    ['not launched', [planned('a')], [launched(1, { stages: { registered: NOW - 1 } })], [], []],
    ['counted before', [planned('a'), planned('b', { status: 'done', runnerId: 1 })], [launched(1)], [], []],
  ])('%s', (_, jobs, runners, rows, expected) => {
    expect(plannedPickups({ jobs, runners }, rows, NOW).map(({ job: taken, status }) => [taken.id, status])).toEqual(expected);
  });

  it.each([
    ['gone without a word of its job', launched(1), [], ['1']],
    ['busy without a word of its job', launched(1), [row(1, true)], ['1']],
    ['busy as known before', launched(1, { state: 'busy' }), [row(1, true)], []],
    ['gone as known before', launched(1, { registrationGone: true }), [], []],
    ['idle', launched(1), [row(1, false)], []],
    ['of another label', launched(1, { labels: ['node'] }), [], []],
  ])('leave a doubt where they are %s', (_, one, rows, expected) => {
    expect(mayHaveRun({ jobs: [job('1'), job('2', { status: 'running' }), planned('a')], runners: [one] }, rows, NOW).map((each) => each.id)).toEqual(expected);
  });

  it('make the planner ask Gitea before it launches again', () => {
    expect(plan(world({ jobs: [job('1', { doubtedAt: NOW - 1 })], server: V125 }), NOW)).toMatchObject([{ kind: 'confirm', jobId: '1' }]);
    expect(plan(world({ jobs: [job('1', { doubtedAt: NOW - 2, confirmedAt: NOW - 1 })], server: V125 }), NOW)).toMatchObject([{ kind: 'grant', jobId: '1' }]);
  });
});
