import { describe, expect, it } from 'vitest';
import { expandJobs } from './expand-jobs.js';
import type { GiteaVersion } from './gitea-version.js';
import { parseWorkflow } from './parse-workflow.js';
import { remembered } from './remembered.js';

describe('remembered', () => {
  it('reads a part once for each version', () => {
    const asked: GiteaVersion[] = [];
    const read = remembered((part: { readonly text: string }, gitea) => {
      asked.push(gitea);
      return part.text;
    });
    const part = { text: 'x' };

    expect([read(part, '1.26'), read(part, '1.26'), read(part, '1.27'), read({ text: 'y' }, '1.26')]).toEqual(['x', 'x', 'x', 'y']);
    expect(asked).toEqual(['1.26', '1.27', '1.26']);
  });

  it('asks again for what threw', () => {
    let asked = 0;
    const read = remembered((_: object, gitea) => {
      asked += 1;
      throw new Error(gitea);
    });
    const part = {};

    expect(() => read(part, '1.26')).toThrow('1.26');
    expect(() => read(part, '1.26')).toThrow('1.26');
    expect(asked).toBe(2);
  });
});

it('a workflow that is kept gives every event rows of its own', () => {
  const { workflow } = parseWorkflow('on: push\njobs:\n  a:\n    name: a ${{ github.ref_name }}\n    runs-on: ["${{ matrix.os }}"]\n    strategy: {matrix: {os: [x, y]}}\n', { gitea: '1.27' });
  const names = (ref_name: string) => {
    const result = expandJobs(workflow!, { github: { ref_name } });
    return result.kind === 'jobs' ? result.jobs.map(({ name, labels, matrix }) => ({ name, labels, matrix })) : result.kind;
  };
  const first = names('main');

  expect(names('dev')).toEqual([
    { name: 'a dev', labels: ['x'], matrix: { os: 'x' } },
    { name: 'a dev', labels: ['y'], matrix: { os: 'y' } },
  ]);
  expect(names('main')).toEqual(first);
});
