import { describe, expect, it } from 'vitest';
import type { CommitStatus, ListedJob } from '@tinqs/gitea-client';
import { matchTriggers, pushEvent } from '@tinqs/trigger-matcher';
import { comparePlan, type Compared } from './compare-plan.js';
import { statusVerdict, type Made } from './made-runs.js';
import { plannedFact, plannedRuns, type PlannedRun } from './planned-runs.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const REF = 'refs/heads/main';
const CI = `name: ci
on: push
jobs:
  build: {runs-on: go}
  test: {needs: build, runs-on: go, strategy: {matrix: {os: [a, b]}}}
`;
const repository = { id: 12, fullName: 'acme/app' };

function plan(text: string, change: { readonly before?: string; readonly ref?: string; readonly path?: string } = {}): readonly PlannedRun[] {
  const { before = 'a1', ref = REF, path = '.gitea/workflows/ci.yml' } = change;
  const decisions = matchTriggers([{ path, text }], pushEvent({ ref, before, after: 'b2', changedFiles: ['x'], message: '' }), { gitea: '1.27', readCallee: () => 'on: workflow_call\njobs:\n  inner: {runs-on: go}\n' });
  return plannedRuns(decisions, { repository, ref, sha: 'b2', distinct: ['push', before], titleOf: () => 'ci' });
}

const listed = (name: string, labels: readonly string[] = ['go'], createdAt = NOW): ListedJob => ({ id: 1, runId: 1, runAttempt: 1, name, labels, status: 'queued', conclusion: null, headSha: 'b2', headBranch: 'main', htmlUrl: '', runnerId: null, runnerName: null, createdAt: new Date(createdAt).toISOString(), startedAt: null, completedAt: null, repositoryPath: 'acme/app', unknown: [] });
const made = (file: string, jobs: readonly ListedJob[], change: { readonly event?: string; readonly ref?: string; readonly id?: number } = {}): Made => ({ kind: 'runs', runs: [{ id: 1, file, event: 'push', ref: REF, jobs, ...change }] });
const compared = (runs: readonly PlannedRun[], change: Partial<Compared> = {}): Compared => ({ runs, ref: REF, events: ['push'], files: ['ci.yml', 'docs.yml'], since: NOW - 120_000, ...change });
const ROWS = [listed('build'), listed('test (a)'), listed('test (b)')];

describe('planned rows', () => {
  it('are those of the run: roots now, the others behind needs, each matrix row by itself', () => {
    const [run] = plan(CI);

    expect(run?.rows.map(({ name, status, from }) => [name, status, from.key, from.needs])).toEqual([
      ['build', 'queued', 'build', []],
      ['test (a)', 'blocked', 'test', ['build']],
      ['test (b)', 'blocked', 'test', ['build']],
    ]);
    expect(run?.rows[1]?.from.context).toBe('ci / test (a) (push)');
  });

  it('have the same ids for the same event, and others for another', () => {
    const ids = (change?: Parameters<typeof plan>[1]) => plan(CI, change).flatMap((run) => run.rows.map((row) => row.id));

    expect(ids()).toEqual(ids());
    expect(new Set([...ids(), ...ids({ before: 'c3' }), ...ids({ ref: 'refs/tags/v1' }), ...ids({ path: '.gitea/workflows/b.yml' })]).size).toBe(12);
    expect(ids().every((id) => id.startsWith('planned:'))).toBe(true);
  });

  it('are two runs where an event stands twice under on', () => {
    expect(new Set(plan('on: [push, push]\njobs:\n  build: {runs-on: go}\n').map((run) => run.key)).size).toBe(2);
  });

  it('are the children of a caller, which itself wants no runner', () => {
    const [run] = plan('on: push\njobs:\n  call: {uses: ./.gitea/workflows/callee.yml}\n');

    expect(run?.rows.map(({ name, status, caller }) => [name, status, caller])).toEqual([['call', 'none', true], ['inner', 'queued', false]]);
  });

  it('become facts that no delivery announced', () => {
    const [run] = plan(CI);

    expect(plannedFact(run!.rows[0]!, run!, repository, { at: NOW, status: 'queued', via: 'plan' })).toMatchObject({ status: 'queued', headSha: 'b2', headBranch: 'main', runId: null, url: null, via: 'plan', planned: { file: 'ci.yml' } });
  });
});

describe('what Gitea did', () => {
  const unsure = plan(CI).map((run) => ({ ...run, sure: false }));
  it.each<readonly [string, Compared, Made, readonly string[]]>([
    ['the very same', compared(plan(CI)), made('ci.yml', ROWS), []],
    ['no run', compared(plan(CI)), { kind: 'runs', runs: [] }, ['not-made']],
    ['a run for another ref of the commit', compared(plan(CI)), made('ci.yml', ROWS, { ref: 'refs/tags/v1' }), ['not-made']],
    ['a run for another event', compared(plan(CI)), made('ci.yml', ROWS, { event: 'workflow_dispatch' }), ['not-made']],
    ['a row less', compared(plan(CI)), made('ci.yml', ROWS.slice(1)), ['other-jobs']],
    ['a row more', compared(plan(CI)), made('ci.yml', [...ROWS, listed('more')]), ['other-jobs']],
    ['another label', compared(plan(CI)), made('ci.yml', [listed('build', ['node']), ...ROWS.slice(1)]), ['other-jobs']],
    ['names that hold what no event tells: only counted', compared(unsure), made('ci.yml', [listed('x'), listed('y'), listed('z')]), []],
    ['and a count that differs', compared(unsure), made('ci.yml', [listed('x')]), ['other-jobs']],
    ['a run that was not planned', compared([]), made('docs.yml', [listed('site')]), ['not-planned']],
    ['a scoped workflow: its file is not of this repository', compared([]), made('policy.yml', [listed('audit')]), []],
    ['a run of an earlier event of the commit', compared([]), made('docs.yml', [listed('site', ['go'], NOW - 200_000)]), []],
    ['nothing that can be told', compared(plan(CI)), { kind: 'unknown' }, []],
  ])('%s', (_, planned, what, expected) => {
    expect(comparePlan(planned, what).map((difference) => difference.kind)).toEqual(expected);
  });

  it('may add the jobs of a caller behind needs later', () => {
    const growing = plan('on: push\njobs:\n  first: {runs-on: go}\n  call: {needs: first, uses: ./.gitea/workflows/callee.yml}\n');

    expect(comparePlan(compared(growing), made('ci.yml', [listed('first'), listed('call', []), listed('inner')]))).toEqual([]);
  });

  it('is seen in the statuses of the commit where nothing can be listed', () => {
    const status = (context: string): CommitStatus => ({ context, state: 'pending', targetUrl: '', description: 'Waiting to run' });
    const statuses = ['ci / build (push)', 'ci / test (a) (push)'].map(status);

    expect(comparePlan(compared(plan(CI)), { kind: 'statuses', statuses }).map((difference) => difference.sentence)).toEqual(['ci.yml (push): job "test (b)" was planned, and Gitea made none']);
  });
});

describe('an entry among the statuses of a commit', () => {
  const from = { context: 'ci / build (push)', file: 'ci.yml', event: 'push' };
  it.each([
    ['waits for a runner', 'ci / build (push)', 'pending', 'Waiting to run', { kind: 'open' }],
    ['waits for others', 'ci / build (push)', 'pending', 'Blocked by required conditions', { kind: 'blocked' }],
    ['is over', 'ci / build (push)', 'failure', 'Failing after 1m17s', { kind: 'final', conclusion: 'failure' }],
    ['is called after the file', 'ci.yml / build (push)', 'pending', 'Waiting to run', { kind: 'open' }],
    ['is of a pull request', 'ci / build (pull_request)', 'success', '', { kind: 'unseen' }],
  ])('%s', (_, context, state, description, expected) => {
    expect(statusVerdict([{ context, state, description, targetUrl: '' }], { name: 'build', from })).toEqual(expected);
  });
});
