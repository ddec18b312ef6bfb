import { describe, expect, it } from 'vitest';
import { filterSkips } from './filter-list.js';

type Row = readonly [patterns: readonly string[], values: readonly string[], skip: boolean, filter: boolean, reason: string];

const rows: readonly Row[] = [
  [[], ['x'], false, false, 'an empty list is no condition'],
  [['main'], [], true, true, 'no values fail both forms'],
  [['main', '!main'], ['main'], true, true, 'the last pattern that matches decides'],
  [['!main', 'main'], ['main'], false, true, 'and may include again'],
  [['!dev'], ['main'], true, true, 'nothing positive includes nothing; as an ignore it is true of all but dev'],
  [['!main'], ['main'], true, false, 'a negative ignore spares what it names'],
  [['docs/**'], ['docs/a', 'src/b'], false, false, 'one included file is enough, and one file that is not ignored'],
  [['docs/**', '!docs/keep.md'], ['docs/keep.md'], true, true, 'in the ignore form the first true pattern wins'],
  [['src/**', '!src/gen/**'], ['src/gen/x', 'src/y'], false, true, 'an excluded file does not spoil another'],
];

describe('filterSkips', () => {
  it.each(rows)('%j on %j: skip %j, filter %j (%s)', (patterns, values, skip, filter) => {
    for (const gitea of ['1.25', '1.26', '1.27'] as const) expect(filterSkips(patterns, values, { gitea })).toEqual({ skip, filter });
  });

  it('is invalid as a whole when one pattern is', () => {
    expect(filterSkips(['main', '['], ['main'])).toBe('invalid');
  });
});
