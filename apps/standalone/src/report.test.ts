import { describe, expect, it } from 'vitest';
import { jobFromFact, type Runner } from '@tinqs/fleet';
import { changes, createReporter, seenIn } from './report.js';
import { parseOptions, UsageError } from './options.js';

describe('the lines of npm start', () => {
  const now = () => Date.parse('2030-01-31T12:00:01Z');

  it('are readable by people', () => {
    let written = '';
    createReporter({ json: false, write: (text) => (written += text), colour: false, now }).say({ event: 'job-queued', text: 'build   runs-on go', job: '1' });

    expect(written).toBe('  12:00:01  job queued    build   runs-on go\n');
  });

  it('are one JSON object each for scripts', () => {
    let written = '';
    createReporter({ json: true, write: (text) => (written += text), colour: true, now }).say({ event: 'check', text: '0 jobs waiting, 0 machines left', waiting: 0, machines: 0 });

    expect(written.endsWith('\n')).toBe(true);
    expect(JSON.parse(written)).toEqual({ at: '2030-01-31T12:00:01.000Z', event: 'check', text: '0 jobs waiting, 0 machines left', waiting: 0, machines: 0 });
  });
});

describe('a job that waits', () => {
  const queued = jobFromFact({ id: '7', repository: { id: 1, fullName: 'acme/app' }, runId: 1, name: 'build', labels: ['go'], status: 'queued', conclusion: null, headSha: null, headBranch: null, url: null, runnerId: null, createdAt: null, seenAt: 0, via: 'delivery' }, 'repo-1');
  const full = { ...queued, reasons: [{ at: 0, code: 'CAP_ALL' as const, sentence: 'all 3 places for machines are taken', remedy: null }] };
  const coming = { name: 'tinqs-ci-x-go-c.1.0', state: 'booting', launchedFor: '7', ran: null, timeline: [], pool: null } as unknown as Runner;
  const waiting = (runners: readonly Runner[]) => changes(seenIn([queued], runners), [full], runners, false).filter((line) => line.event === 'waiting');

  it('is told of with the reason that all who show it give', () => {
    expect(waiting([])).toMatchObject([{ text: 'build   all 3 places for machines are taken', code: 'CAP_ALL' }]);
  });

  it('and for which a machine is on its way waits for nothing else', () => {
    expect(waiting([coming])).toEqual([]);
  });
});

describe('the options of npm start', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({ port: 4680, portGiven: false, store: '.tinqs-ci/store', json: false, seed: 1, speed: 1 });
  });

  it('are taken as given', () => {
    expect(parseOptions(['--port', '0', '--store', 'x', '--json', '--seed', '9', '--speed', '2.5'])).toEqual({ port: 0, portGiven: true, store: 'x', json: true, seed: 9, speed: 2.5 });
  });

  it.each([
    ['a port above 65535', ['--port', '70000'], '--port: expected a whole number from 0 to 65535'],
    ['a fraction of a port', ['--port', '1.5'], '--port: expected a whole number'],
    ['a seed that is no number', ['--seed', 'x'], '--seed: expected a whole number'],
    ['a word', ['hello'], 'usage: npm start'],
  ])('refuse %s with the usage', (_what, args, text) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(text);
  });
});
