import { describe, expect, it } from 'vitest';
import { placeOf } from './job-place.js';
import { parseWorkflow } from './parse-workflow.js';

describe('placeOf', () => {
  it.each([
    ['runs-on', { line: 4, column: 14 }, 'a key of the job'],
    ['if', { line: 5, column: 9 }, 'another'],
    ['name', { line: 3, column: 3 }, 'the job, where it has no such key'],
  ])('%s', (key, place) => {
    const { workflow } = parseWorkflow('on: push\njobs:\n  a:\n    runs-on: go\n    if: true\n');

    expect(workflow?.jobs.map((job) => placeOf(workflow, job, key))).toEqual([place]);
  });
});
