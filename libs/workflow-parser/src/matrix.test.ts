import { describe, expect, it } from 'vitest';
import type { GiteaVersion } from './gitea-version.js';
import { expandJobs } from './expand-jobs.js';
import { parseWorkflow } from './parse-workflow.js';

function names(matrix: string, gitea: GiteaVersion = '1.27'): readonly string[] | string {
  const { workflow } = parseWorkflow(`on: push\njobs:\n  b:\n    runs-on: go\n    strategy:\n      matrix: ${matrix}\n`, { gitea });
  const expanded = workflow && expandJobs(workflow, { github: {}, vars: {} });
  return expanded?.kind === 'jobs' ? expanded.jobs.map(({ name }) => name) : (expanded?.kind ?? 'ignored');
}

describe('a matrix', () => {
  it.each<[string, readonly string[] | string, string]>([
    ['{os: [b, a], n: [2, 10]}', ['b (10, a)', 'b (10, b)', 'b (2, a)', 'b (2, b)'], 'the values in the order of their keys, rows in that of bytes'],
    ['{n: [~, {a: 1}, [1, 2], 1.0, 1000000.0, 2024-01-01]}', ['b (1)', 'b (1e+06)', 'b (2024-01-01 00:00:00 +0000 UTC)', 'b (<nil>)', 'b ([1 2])', 'b (map[a:1])'], 'printed as Go prints'],
    ['{n: ["\ud83d\ude00", "\uffee"]}', ['b (\uffee)', 'b (\ud83d\ude00)'], 'bytes, not UTF-16'],
    ['{os: [a, b], exclude: [{os: a}]}', ['b (b)'], ''],
    ['{n: [1], exclude: [{n: "1"}]}', ['b (1)'], 'a number is not its text'],
    ['{n: [1], exclude: [{n: 1.0}]}', ['b (1)'], 'nor its float'],
    ['{n: [1], exclude: [{z: 1}]}', 'jobs-error', 'a key that the matrix lacks'],
    ['{os: [a, b], include: [{os: a, x: 1}]}', ['b (a, 1)', 'b (b)'], 'an entry that fits one combination'],
    ['{os: [a, b], include: [{x: 1}]}', ['b (1)', 'b (a)', 'b (b)'], 'an entry without a shared key is a row of its own'],
    ['{os: [a], include: [{os: c, x: 1}]}', ['b (a)', 'b (c, 1)'], 'as is one that fits none'],
    ['{include: [{os: a}, {os: b}]}', ['b (a)', 'b (b)'], ''],
    ['{n: []}', ['b'], 'an empty list empties the product: one job without a matrix'],
    ['{n: [1], exclude: [{n: 1}]}', ['b'], 'so does excluding everything'],
    ['"${{ fromJSON(vars.X) }}"', ['b'], 'an expression for all of it is dropped'],
    ['{n: {a: 1}}', ['b'], 'a map as a value drops it too'],
    ['{include: [a], n: [1]}', 'panic', 'an entry that is no map'],
    ['{exclude: [~], n: [1]}', 'panic', ''],
    ['{include: [~, [{n: 2}]], n: [1]}', ['b (1)', 'b (2)'], 'null passes, and so does a list of maps'],
  ])('%s makes %j (%s)', (matrix, expected, _reason) => {
    expect(names(matrix)).toEqual(expected);
  });

  it.each<[string, GiteaVersion, readonly string[] | string, string]>([
    ['{os: linux}', '1.26', ['b'], 'up to 1.26 a value that is no list drops the matrix'],
    ['{os: linux}', '1.27', ['b (linux)'], '1.27 wraps it'],
    ['{os: "${{ fromJSON(vars.L) }}"}', '1.27', ['b (${{ fromJSON(vars.L) }})'], 'unevaluated'],
    ['{n: ~}', '1.26', ['b'], 'null is an empty list'],
    ['{n: ~}', '1.27', ['b (<nil>)'], 'or one value'],
    ['{n: [1], include: "${{ x }}"}', '1.26', ['b'], ''],
    ['{n: [1], include: "${{ x }}"}', '1.27', 'panic', ''],
    ['{n: [-0]}', '1.25', ['b (0)'], ''],
    ['{n: [-0]}', '1.26', ['b (-0)'], ''],
  ])('%s on %s makes %j: %s', (matrix, gitea, expected, _reason) => {
    expect(names(matrix, gitea)).toEqual(expected);
  });

  it('of more combinations than memory holds is said to be one', () => {
    const list = `[${Array.from({ length: 50 }, (_, index) => index).join()}]`;

    expect(names(`{a: ${list}, b: ${list}, c: ${list}, d: ${list}}`)).toBe('jobs-error');
  });
});
