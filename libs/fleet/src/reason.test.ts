import { describe, expect, it } from 'vitest';
import { isPermanent, needsPerson, oneLine, reason, REASON_CODES, type Reason, type ReasonCode } from './reason.js';
import { addEntry, addReason } from './timeline.js';
import { NOW } from './samples.contract.js';

const NASTY = 'line\nbreak\u2028\u0007"\'<b>`$(x)`';

/** Every fact that any sentence needs; each reason takes what it knows. */
const FACTS = { classId: NASTY, queued: 2, supply: 1, runner: NASTY, perPass: 10, what: 'all classes', cap: 12, spent: '1.00', perDay: '2.00', failures: 1, cause: NASTY, amiId: 'ami-1', labels: NASTY, nearest: null, label: NASTY, repository: NASTY, sentence: NASTY, remedy: 'do this', mixture: null, code: 'X', endsBy: '2030', state: 'stopped', job: NASTY, conclusion: NASTY, seconds: 300, instanceId: 'i-1', name: NASTY, asked: 4, most: 3, count: 2 };

const make = reason as unknown as (code: ReasonCode, facts: object) => Reason;

describe('every reason', () => {
  it.each(REASON_CODES)('%s is one sentence on one line without gaps', (code) => {
    const { sentence, remedy } = make(code, FACTS);

    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    expect(sentence).not.toMatch(/[\u0000-\u001f\u2028\u2029]/);
    expect(sentence.length).toBeGreaterThan(10);
    expect(remedy === null || remedy.length > 5).toBe(true);
  });

  it('is written in capitals, as scripts compare it', () => {
    expect(REASON_CODES.filter((code) => !/^[A-Z0-9_]+$/.test(code))).toEqual([]);
  });

  it('that only a person can mend has a remedy, unless there is nothing to mend', () => {
    expect(REASON_CODES.filter((code) => isPermanent(code) && make(code, FACTS).remedy === null)).toEqual(['CALLER']);
  });
});

describe('a person', () => {
  it('is needed at once by what fails until something is changed', () => {
    expect(REASON_CODES.filter((code) => needsPerson(code) === 'at-once')).toEqual(['AMI_BREAKER', 'EMPTY_LABELS', 'EXPRESSION_FAILED', 'NOT_ALLOWED', 'ELEVATED_SCOPE', 'UNCONFIRMED', 'REGISTRATION_REFUSED', 'LAUNCH_REFUSED']);
  });

  it('is never needed by a mere wait, or by jobs of other people’s runners', () => {
    expect(REASON_CODES.filter((code) => needsPerson(code) === 'never')).toEqual(['GRANTED', 'SERVED', 'BLOCKED', 'TURN', 'CONFIRMING', 'CAP_ALL', 'CAP_CLASS', 'CAP_SCOPE', 'FOREIGN_LABELS', 'CALLER', 'PLAN_ONLY']);
  });

  it('can do something about whatever needs one at once', () => {
    expect(REASON_CODES.filter((code) => needsPerson(code) === 'at-once' && make(code, FACTS).remedy === null)).toEqual([]);
  });
});

describe('P21 giving up', () => {
  it('is for configuration, permission and what cannot be confirmed, never for capacity', () => {
    expect(REASON_CODES.filter(isPermanent)).toEqual(['FOREIGN_LABELS', 'EMPTY_LABELS', 'EXPRESSION_FAILED', 'CALLER', 'NOT_ALLOWED', 'ELEVATED_SCOPE', 'UNCONFIRMED']);
  });
});

describe('sentences', () => {
  it.each([['FOREIGN_LABELS', { labels: 'nod', nearest: 'node' }, 'no class covers runs-on nod; the nearest is "node"'], ['GRANTED', { classId: 'go', queued: 1, supply: 0 }, '1 queued, 0 unconsumed runners: launching one of class "go"'], ['BACKOFF', { failures: 1, cause: 'it failed' }, 'it failed; tried 1 time, trying again later']] as const)('%s', (code, facts, expected) => {
    expect(make(code, facts).sentence).toBe(expected);
  });

  it('carry what is not printable as its number', () => {
    expect(oneLine('a\nb\u2028c')).toBe('a\\u000ab\\u2028c');
  });
});

describe('the newest reasons', () => {
  it('are five, newest first, and the same one again changes nothing', () => {
    const all = Array.from({ length: 7 }, (_, index) => index).reduce((reasons, index) => addReason(reasons, reason('CAP_ALL', { cap: index }), NOW + index), [] as ReturnType<typeof addReason>);

    expect(all.map((each) => each.at - NOW)).toEqual([6, 5, 4, 3, 2]);
    expect(addReason(all, reason('CAP_ALL', { cap: 6 }), NOW + 99)).toBe(all);
  });
});

describe('a timeline', () => {
  it('keeps its beginning and its end, forty entries in order', () => {
    const all = Array.from({ length: 60 }, (_, index) => index).reduce((timeline, index) => addEntry(timeline, NOW + index, 'x', String(index)), [] as ReturnType<typeof addEntry>);

    expect(all).toHaveLength(40);
    expect([...all.slice(0, 5), all.at(-1)!].map((entry) => entry.detail)).toEqual(['0', '1', '2', '3', '4', '59']);
  });

  it('carries a detail on one line and cut at 500 characters', () => {
    expect(addEntry([], NOW, 'x', `a\n${'b'.repeat(900)}`)[0]!.detail).toHaveLength(500);
  });
});
