import { describe, expect, it } from 'vitest';
import { applyJobFact, jobFromFact } from './job-lifecycle.js';
import type { Job, JobFact, JobStatus } from './job.js';
import { fact, job, KEY, NOW, V124, V126, V127, VERSIONS } from './samples.contract.js';
import { seconds } from './time.js';
import type { ServerFacts } from './world.js';

const STATES: { readonly [status in JobStatus]: Job } = {
  blocked: job('1', { status: 'blocked' }),
  queued: job('1'),
  running: job('1', { status: 'running', pickedAt: NOW - seconds(5), runnerId: 100 }),
  done: job('1', { status: 'done', pickedAt: NOW - seconds(8), completedAt: NOW - seconds(5), runnerId: 100, conclusion: 'success' }),
};

function factOf(status: JobStatus, via: JobFact['via'], seenAt: number): JobFact {
  return fact({ status, via, seenAt, runnerId: status === 'running' || status === 'done' ? 100 : null, conclusion: status === 'done' ? 'success' : null });
}

/** `queued`, `running+1` (a new generation), or `ask`. */
function outcome(before: Job, news: JobFact, server: ServerFacts = V126): string {
  const result = applyJobFact(before, news, server);
  if (result.kind === 'ask') return 'ask';
  return `${result.job.status}${result.job.generation > before.generation ? `+${result.job.generation - before.generation}` : ''}`;
}

/** What a delivery, an answer asked after the last change, and one asked before it make of a state. */
type Row = readonly [from: JobStatus, to: JobStatus, delivery: string, fresh: string, stale: string, why: string];

const UP_TO_126: readonly Row[] = [
  ['blocked', 'blocked', 'blocked', 'blocked', 'blocked', 'nothing new'],
  ['blocked', 'queued', 'queued', 'queued', 'queued', 'it became ready'],
  ['blocked', 'running', 'running', 'running', 'running', 'the delivery between was lost'],
  ['blocked', 'done', 'done', 'done', 'done', 'it was cancelled'],
  ['queued', 'blocked', 'queued', 'blocked+1', 'queued', 'a late `waiting`; only Gitea itself, asked since, takes a job back'],
  ['queued', 'queued', 'queued', 'queued', 'queued', 'nothing new but the confirmation'],
  ['queued', 'running', 'running', 'running', 'running', 'a runner took it'],
  ['queued', 'done', 'done', 'done', 'done', 'cancelled, or too short to be seen'],
  ['running', 'blocked', 'ask', 'blocked+1', 'running', 'a late delivery, or a re-run that waits'],
  ['running', 'queued', 'ask', 'queued+1', 'running', 'a late delivery, or a re-run'],
  ['running', 'running', 'running', 'running', 'running', 'a cancel on 1.25 announces `in_progress` once more'],
  ['running', 'done', 'done', 'done', 'done', 'it ended'],
  ['done', 'blocked', 'ask', 'blocked+1', 'done', 'a late delivery, or a re-run that waits'],
  ['done', 'queued', 'ask', 'queued+1', 'done', 'P5: a stale `queued` can arrive after the end'],
  ['done', 'running', 'done', 'running+1', 'done', 'an overtaken delivery; an answer shows a re-run'],
  ['done', 'done', 'done', 'done', 'done', 'written once'],
];

describe('a fact about a job, up to 1.26', () => {
  it.each(UP_TO_126)('%s, told %s: delivery %s, answer since %s, answer before %s (%s)', (from, to, delivery, fresh, stale) => {
    expect(outcome(STATES[from], factOf(to, 'delivery', NOW))).toBe(delivery);
    // What an answer about that very job takes back, a listing only gives reason to ask.
    expect(outcome(STATES[from], factOf(to, 'read', NOW))).toBe(fresh);
    expect(outcome(STATES[from], factOf(to, 'listing', NOW))).toBe(fresh.endsWith('+1') ? 'ask' : fresh);
    for (const via of ['read', 'listing'] as const) expect(outcome(STATES[from], factOf(to, via, NOW - seconds(60)))).toBe(stale);
  });

  it('covers every pair of states', () => {
    expect(UP_TO_126).toHaveLength(16);
  });
});

describe('P5 from 1.27 a job id is one attempt', () => {
  it.each(['blocked', 'queued', 'running'] as const)('so that a final job told %s by a delivery stays final, and nobody is asked', (status) => {
    expect(outcome(STATES.done, factOf(status, 'delivery', NOW), V127)).toBe('done');
  });

  it('but an answer is believed: a job run again before an upgrade keeps its id', () => {
    expect(outcome(STATES.done, factOf('queued', 'listing', NOW), V127)).toBe('ask');
    expect(outcome(STATES.done, factOf('queued', 'read', NOW), V127)).toBe('queued+1');
  });

  it('and everything else is as before', () => {
    for (const [from, to, delivery, fresh, stale] of UP_TO_126.filter(([state]) => state !== 'done')) {
      expect([outcome(STATES[from], factOf(to, 'delivery', NOW), V127), outcome(STATES[from], factOf(to, 'read', NOW), V127), outcome(STATES[from], factOf(to, 'read', NOW - seconds(60)), V127)]).toEqual([delivery, fresh, stale]);
    }
  });
});

describe('`in_progress` without a runner', () => {
  it.each(Object.entries(VERSIONS))('is asked about on %s: a caller (1.27), or a job that is over (1.24)', (_version, server) => {
    expect(outcome(STATES.queued, fact({ status: 'running', runnerId: null }), server)).toBe('ask');
  });

  it('in an answer is no pick-up', () => {
    expect(outcome(STATES.queued, fact({ status: 'running', runnerId: null, via: 'listing' }), V127)).toBe('queued');
  });
});

describe('another runner than the one that took it', () => {
  const news = (via: JobFact['via'], seenAt: number) => fact({ status: 'running', runnerId: 200, via, seenAt });

  it.each<readonly [why: string, via: JobFact['via'], seenAt: number, expected: string]>([
    ['a delivery may be of an older attempt', 'delivery', NOW, 'ask'],
    ['an answer since the pick-up is the newest attempt', 'read', NOW, 'running+1'],
    ['an answer before the pick-up is none', 'read', NOW - seconds(60), 'running'],
  ])('%s', (_why, via, seenAt, expected) => {
    expect(outcome(STATES.running, news(via, seenAt))).toBe(expected);
  });
});

describe('the end of a later generation', () => {
  it('that a delivery announces is asked about: it may be the end of an earlier one', () => {
    expect(outcome({ ...STATES.queued, generation: 1 }, factOf('done', 'delivery', NOW))).toBe('ask');
    expect(outcome({ ...STATES.queued, generation: 1 }, factOf('done', 'read', NOW))).toBe('done');
  });
});

describe('P17 what is written', () => {
  it('once: the pick-up, the runner and the end stay as they were first told', () => {
    const again = applyJobFact(STATES.running, factOf('running', 'delivery', NOW), V126);
    const ended = applyJobFact(STATES.done, fact({ status: 'done', runnerId: 300, conclusion: 'failure' }), V126);

    expect(again.job.pickedAt).toBe(STATES.running.pickedAt);
    expect(ended).toMatchObject({ kind: 'same', job: { completedAt: STATES.done.completedAt, conclusion: 'success', runnerId: 100 } });
  });

  it.each([
    ['what Gitea says of that end after all', NOW, 'failure', 'failure'],
    ['gone by the end of an attempt before', STATES.done.pickedAt! - 1, 'failure', 'gone'],
    ['gone by an end without a conclusion (1.24)', NOW, null, 'gone'],
  ])('anew, where it was gone: %s', (_what, seenAt, told, conclusion) => {
    const { job: settled } = applyJobFact({ ...STATES.done, conclusion: 'gone' }, fact({ status: 'done', via: 'delivery', runnerId: 100, conclusion: told, seenAt }), V124);

    expect(settled).toMatchObject({ completedAt: STATES.done.completedAt, conclusion });
  });

  it('anew: a new generation has no failures, no backoff and no runner', () => {
    const { job: next } = applyJobFact({ ...STATES.done, failures: 3, notBefore: NOW + 1, idleOuts: 2 }, factOf('queued', 'read', NOW), V126);

    expect(next).toMatchObject({ generation: 1, failures: 0, notBefore: null, idleOuts: 0, runnerId: null, pickedAt: null, completedAt: null, conclusion: null, queuedAt: NOW });
  });

  it('is the confirmation by the newest word, never an older one', () => {
    expect(applyJobFact(STATES.queued, factOf('queued', 'listing', NOW - seconds(60)), V126).kind).toBe('same');
    expect(applyJobFact(STATES.queued, factOf('queued', 'listing', NOW), V126)).toMatchObject({ kind: 'changed', job: { confirmedAt: NOW } });
  });

  it('is on 1.24, which cannot be asked, the end of a doubt when it is announced as queued once more', () => {
    const doubted = { ...STATES.queued, idleOuts: 2 };
    expect(applyJobFact(doubted, factOf('queued', 'delivery', NOW), V124)).toMatchObject({ kind: 'changed', job: { idleOuts: 0 } });
    expect(applyJobFact(doubted, factOf('queued', 'delivery', NOW - seconds(60)), V124).job.idleOuts).toBe(2);
    expect(applyJobFact(doubted, factOf('queued', 'delivery', NOW), V126).job.idleOuts).toBe(2);
  });

  it('is asked when the queue brings an end from before the pick-up: it may be that of an earlier attempt', () => {
    expect(applyJobFact(STATES.running, factOf('done', 'delivery', NOW - seconds(6)), V124).kind).toBe('ask');
    expect(applyJobFact(STATES.running, factOf('done', 'delivery', NOW - seconds(5)), V124)).toMatchObject({ kind: 'changed', job: { status: 'done' } });
    expect(applyJobFact(STATES.running, factOf('done', 'read', NOW - seconds(6)), V126)).toMatchObject({ kind: 'changed', job: { status: 'done' } });
  });

  it('is an announcement that comes after a listing', () => {
    expect(applyJobFact({ ...STATES.queued, announced: false }, factOf('queued', 'delivery', NOW), V126).job.announced).toBe(true);
  });

  it('is no announcement when it says `waiting`: that is all that is ever said of a caller (1.27)', () => {
    expect(jobFromFact(factOf('blocked', 'delivery', NOW), KEY).announced).toBe(false);
    expect(applyJobFact(jobFromFact(factOf('blocked', 'delivery', NOW), KEY), factOf('queued', 'listing', NOW), V127).job.announced).toBe(false);
    expect(applyJobFact(jobFromFact(factOf('blocked', 'delivery', NOW), KEY), factOf('queued', 'delivery', NOW), V127).job.announced).toBe(true);
  });

  it('is the state in which it is first heard of', () => {
    expect(jobFromFact(factOf('queued', 'delivery', NOW), KEY)).toMatchObject({ status: 'queued', announced: true, pickedAt: null, completedAt: null, version: 1 });
    expect(jobFromFact(factOf('running', 'listing', NOW), KEY)).toMatchObject({ status: 'running', announced: false, pickedAt: NOW, runnerId: 100 });
    expect(jobFromFact(factOf('done', 'delivery', NOW), KEY)).toMatchObject({ status: 'done', completedAt: NOW, conclusion: 'success' });
  });
});
