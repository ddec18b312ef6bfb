import { describe, expect, it } from 'vitest';
import type { RunJob, RunState } from './ports.js';
import { rerunnableRow } from './rerunnable-row.js';
import { NOW, runnerClass } from './samples.contract.js';

const CLASSES = [runnerClass('go', { rerun: true }), runnerClass('deploy', { rerun: false })];
const LOST: RunJob = { id: '7', name: 'build', labels: ['go'], status: 'done', conclusion: 'failure', startedAt: NOW, completedAt: NOW + 60_000 };
const deploy = (change: Partial<RunJob>): RunJob => ({ id: '8', name: 'ship', labels: ['deploy'], status: 'running', conclusion: null, startedAt: NOW + 61_000, completedAt: null, ...change });

describe('P19 the row of a run that is run again', () => {
  it.each<readonly [why: string, run: Partial<RunState>, expected: string | RegExp]>([
    ['its own', {}, '7'],
    ['the only one of its name, where a re-run of other jobs has given all new ids (1.27)', { jobs: [{ ...LOST, id: '17' }] }, '17'],
    ['none where a newer run overtook it', { superseded: true }, /newer run/],
    ['none where it is gone', { jobs: [] }, /no such job/],
    ['none where two of its name have other ids: which was it?', { jobs: [{ ...LOST, id: '17' }, { ...LOST, id: '18' }] }, /no such job/],
    ['none where somebody runs it again', { jobs: [{ ...LOST, status: 'running', conclusion: null, completedAt: null }] }, /somebody/],
    ['none where somebody ran it again', { jobs: [{ ...LOST, id: '17', conclusion: 'success' }] }, /somebody/],
    ['none once what must not run twice has begun since', { jobs: [LOST, deploy({})] }, /ship, which may stand behind it, has begun/],
    ['none in the same second, which is all that Gitea tells', { jobs: [LOST, deploy({ startedAt: NOW + 60_000 })] }, /has begun/],
    ['its own where that began before it ended, so cannot stand behind it', { jobs: [LOST, deploy({ startedAt: NOW + 59_000, status: 'done', conclusion: 'success', completedAt: NOW + 70_000 })] }, '7'],
    ['its own where that was skipped', { jobs: [LOST, deploy({ startedAt: null, status: 'done', conclusion: 'skipped' })] }, '7'],
    ['its own where what has begun may run twice', { jobs: [LOST, deploy({ labels: ['go'] })] }, '7'],
    ['its own where what has begun is nobody’s class', { jobs: [LOST, deploy({ labels: ['windows'] })] }, '7'],
  ])('is %s', (_why, change, expected) => {
    const row = rerunnableRow({ jobs: [LOST], superseded: false, ...change }, { id: '7', name: 'build' }, CLASSES);

    if (typeof expected === 'string') expect(row).toEqual({ kind: 'row', id: expected });
    else expect(row).toEqual({ kind: 'none', why: expect.stringMatching(expected) });
  });
});
