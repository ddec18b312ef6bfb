import { describe, expect, it } from 'vitest';
import type { Job, PlannedFrom } from '@tinqs/fleet';
import type { CommitStatus } from '@tinqs/gitea-client';
import { fateOf, sharesEntry } from './look-at-plans.js';
import type { Made } from './made-runs.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const from: PlannedFrom = { run: 'r1', file: 'ci.yml', event: 'push', ref: 'refs/heads/main', key: 'build', needs: [], context: 'ci / build (push)' };

function planned(id: string, change: Partial<Job> = {}, origin: Partial<PlannedFrom> = {}): Job {
  return {
    id, scope: 'repo-12', repository: { id: 12, fullName: 'acme/app' }, runId: null, name: 'build', labels: ['go'], status: 'queued', conclusion: null, generation: 0, headSha: 'b2', headBranch: 'main', url: null,
    createdAt: null, queuedAt: NOW - 5_000, confirmedAt: NOW - 5_000, announced: false, caller: null, pickedAt: null, completedAt: null, runnerId: null, failures: 0, notBefore: null, idleOuts: 0, reasons: [], timeline: [], version: 1,
    planned: { ...from, ...origin }, ...change,
  };
}

function row(name: string): Job {
  const { planned: _, ...job } = planned('77', { name });
  return job;
}

const statuses = (state: string, description = ''): Made => ({ kind: 'statuses', statuses: [{ context: 'ci / build (push)', state, description, targetUrl: '' } satisfies CommitStatus] });
const NONE: Made = { kind: 'statuses', statuses: [] };
const run = { id: 5, file: 'ci.yml', event: 'push', ref: 'refs/heads/main', jobs: [] };
const job = planned('a');
const test = planned('t', { status: 'blocked', name: 'test' }, { key: 'test', needs: ['build'], context: 'ci / test (push)' });

describe('a planned job where runs can be listed', () => {
  it.each<readonly [string, Job, Made, object]>([
    ['gives way to its run', job, { kind: 'runs', runs: [run] }, { kind: 'replaced', run }],
    ['waits for its run for 10 s', job, { kind: 'runs', runs: [] }, { kind: 'unchanged' }],
    ['ends when it did not come', planned('a', { queuedAt: NOW - 10_000 }), { kind: 'runs', runs: [] }, { kind: 'not-made' }],
    ['is not another ref’s run', planned('a', { queuedAt: NOW - 10_000 }), { kind: 'runs', runs: [{ ...run, ref: 'refs/tags/v1' }] }, { kind: 'not-made' }],
  ])('%s', (_, one, made, expected) => {
    expect(fateOf(one, made, [one], NOW)).toEqual(expected);
  });
});

describe('a planned job where only statuses tell', () => {
  it.each<readonly [string, Job, Made, readonly Job[], object]>([
    ['gives way to a row that a delivery announced', job, NONE, [job, row('build')], { kind: 'replaced', run: null }],
    ['is confirmed while its entry is open', job, statuses('pending', 'Waiting to run'), [job], { kind: 'queued', via: 'read' }],
    ['waits while its entry says so, an approval too', job, statuses('pending', 'Blocked by required conditions'), [job], { kind: 'blocked', via: 'read' }],
    ['is over when its entry is', job, statuses('success'), [job], { kind: 'final', conclusion: 'success' }],
    ['stays without an entry', job, NONE, [job], { kind: 'unchanged' }],
    ['waits for what it needs', test, NONE, [job, test], { kind: 'unchanged' }],
    ['may start when what it needs is over', test, NONE, [planned('a', { status: 'done' }), test], { kind: 'queued', via: 'plan' }],
    ['may start when what it needs is gone from the table', test, NONE, [test], { kind: 'queued', via: 'plan' }],
    ['does not wait for another run', test, NONE, [planned('b', {}, { run: 'r2' }), test], { kind: 'queued', via: 'plan' }],
    ['believes no entry that another run writes to as well', job, statuses('success'), [job, planned('b', {}, { run: 'r2' })], { kind: 'unchanged' }],
    ['stays while nothing answers', job, { kind: 'unknown' }, [job], { kind: 'unchanged' }],
  ])('%s', (_, one, made, jobs, expected) => {
    expect(fateOf(one, made, jobs, NOW)).toEqual(expected);
  });

  it('shares its entry with a job of that name in another run of the commit, not of another commit', () => {
    expect(sharesEntry(job, [job, planned('b', {}, { run: 'r2' })])).toBe(true);
    expect(sharesEntry(job, [job, planned('b', { headSha: 'c3' })])).toBe(false);
  });
});
