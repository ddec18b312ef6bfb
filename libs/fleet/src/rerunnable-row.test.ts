import { describe, expect, it } from 'vitest';
import type { RunJob, RunState } from './ports.js';
import { rerunnableRow, type RerunnableRow } from './rerunnable-row.js';
import { NOW, runnerClass } from './samples.contract.js';

const CLASSES = [runnerClass('go', { rerun: true }), runnerClass('deploy', { rerun: false })];
/** It ran on runner 5. */
const LOST: RunJob = { id: '7', name: 'build', labels: ['go'], status: 'done', conclusion: 'failure', runnerId: 5, startedAt: NOW, completedAt: NOW + 60_000 };
const deploy = (change: Partial<RunJob>): RunJob => ({ id: '8', name: 'ship', labels: ['deploy'], status: 'running', conclusion: null, runnerId: 6, startedAt: NOW + 61_000, completedAt: null, ...change });

describe('P19 the row of a run that is run again', () => {
  it.each<readonly [why: string, run: Partial<RunState>, expected: string | RegExp | RerunnableRow]>([
    ['its own', {}, '7'],
    ['the copy that names its runner, where a re-run of other jobs has given all new ids (1.27)', { jobs: [{ ...LOST, id: '17' }] }, '17'],
    ['of two of its name the one that names its runner', { jobs: [{ ...LOST, id: '17', runnerId: 4 }, { ...LOST, id: '18' }] }, '18'],
    ['none where a newer run overtook it', { superseded: true }, /newer run/],
    ['none where no list shows it: is it there?', { jobs: [deploy({})] }, { kind: 'not-seen' }],
    ['none where Gitea does not call it over', { jobs: [{ ...LOST, status: 'running', conclusion: null, completedAt: null }] }, { kind: 'not-seen' }],
    ['none where it came to another end', { jobs: [{ ...LOST, conclusion: 'success' }] }, { kind: 'other-end' }],
    ['none where somebody runs it again', { jobs: [{ ...LOST, status: 'queued', conclusion: null, runnerId: null, completedAt: null }] }, { kind: 'again' }],
    ['none where somebody ran it again, however that ended', { jobs: [{ ...LOST, id: '17', runnerId: 9 }] }, { kind: 'again' }],
    ['none where somebody ran it again before a newer run began', { superseded: true, jobs: [{ ...LOST, runnerId: 9 }] }, { kind: 'again' }],
    ['none once what must not run twice has begun since', { jobs: [LOST, deploy({})] }, /ship, which may stand behind it, has begun/],
    ['none in the same second, which is all that Gitea tells', { jobs: [LOST, deploy({ startedAt: NOW + 60_000 })] }, /has begun/],
    ['its own where that began before it ended, so cannot stand behind it', { jobs: [LOST, deploy({ startedAt: NOW + 59_000, status: 'done', conclusion: 'success', completedAt: NOW + 70_000 })] }, '7'],
    ['its own where that was skipped', { jobs: [LOST, deploy({ startedAt: null, status: 'done', conclusion: 'skipped' })] }, '7'],
    ['its own where what has begun may run twice', { jobs: [LOST, deploy({ labels: ['go'] })] }, '7'],
    ['its own where what has begun is nobody’s class', { jobs: [LOST, deploy({ labels: ['windows'] })] }, '7'],
  ])('is %s', (_why, change, expected) => {
    const row = rerunnableRow({ jobs: [LOST], superseded: false, ...change }, { name: 'build' }, 5, CLASSES);

    if (typeof expected === 'string') expect(row).toEqual({ kind: 'row', id: expected });
    else if (expected instanceof RegExp) expect(row).toEqual({ kind: 'none', why: expect.stringMatching(expected) });
    else expect(row).toEqual(expected);
  });
});
