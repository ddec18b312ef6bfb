import { describe, expect, it } from 'vitest';
import { nextTimes } from './schedule.js';

const from = new Date('2026-01-15T10:20:30Z');
const next = (cron: string, count = 1): string => {
  const result = nextTimes(cron, from, count);
  return result.kind === 'times' ? result.times.map((time) => time.toISOString().replace('.000Z', 'Z')).join(' ') : result.kind;
};

describe('nextTimes', () => {
  it.each<[string, string, string]>([
    ['*/15 * * * *', '2026-01-15T10:30:00Z', ''],
    ['0/20 * * * *', '2026-01-15T10:40:00Z', 'a number with a step goes to the end'],
    ['5-10/3 * * * *', '2026-01-15T11:05:00Z', ''],
    ['0 9-17 * * MON-FRI', '2026-01-15T11:00:00Z', 'names'],
    ['0 0 1 * MON', '2026-01-19T00:00:00Z', 'day or weekday where neither has a star'],
    ['0 0 */2 * MON', '2026-01-17T00:00:00Z', 'a star with a step is none: either will do'],
    ['0 0 29 2 *', '2028-02-29T00:00:00Z', ''],
    ['0 0 31 2 *', '', 'never'],
    ['@weekly', '2026-01-18T00:00:00Z', ''],
    ['@every 90s', '2026-01-15T10:22:00Z', ''],
    ['@every 10ms', '2026-01-15T10:20:31Z', 'at most once a second'],
    ['TZ=Europe/Berlin 0 6 * * *', '2026-01-16T05:00:00Z', ''],
    ['CRON_TZ=Asia/Tokyo 0 6 * * *', '2026-01-15T21:00:00Z', ''],
    ['TZ=europe/berlin 0 6 * * *', 'invalid', 'zones are files, so capitals count'],
    ['TZ=UTC', 'panic', ''],
    ['0 0 * * 7', 'invalid', 'Sunday is 0'],
    ['0 0 L * *', 'invalid', ''],
    ['* * * *', 'invalid', ''],
    ['@reboot', 'invalid', ''],
    ['@toString', 'invalid', ''],
    ['60 * * * *', 'invalid', ''],
    ['*/0 * * * *', 'invalid', ''],
    ['5-1 * * * *', 'invalid', ''],
    ['', 'invalid', ''],
    ['  0   6 * * *  ', '2026-01-16T06:00:00Z', ''],
  ])('%j: %s %s', (cron, expected, _reason) => {
    expect(next(cron)).toBe(expected);
  });

  it('goes through the hour that a zone skips and the one it has twice', () => {
    const times = (at: string) => {
      const result = nextTimes('TZ=Europe/Berlin 30 2 * * *', new Date(at), 2);
      return result.kind === 'times' ? result.times.map((time) => time.toISOString()) : [];
    };

    expect(times('2026-03-28T12:00:00Z')).toEqual(['2026-03-30T00:30:00.000Z', '2026-03-31T00:30:00.000Z']);
    expect(times('2026-10-24T12:00:00Z')[0]).toBe('2026-10-25T00:30:00.000Z');
  });
});
