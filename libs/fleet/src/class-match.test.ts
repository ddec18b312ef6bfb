import { describe, expect, it } from 'vitest';
import { classFor, covers, failedExpression, nearestClass, overlappingClasses } from './class-match.js';
import { GO, NODE, runnerClass } from './samples.contract.js';

const GPU = runnerClass('gpu', { labels: ['go', 'gpu'] });

describe('the class of a job', () => {
  it.each<readonly [why: string, labels: readonly string[], expected: string | undefined]>([
    ['its one label', ['go'], 'go'],
    ['fewest left over, whatever the order in the file', ['go'], 'go'],
    ['every label must be covered', ['go', 'gpu'], 'gpu'],
    ['labels are compared to the letter, as Gitea does', ['Go'], undefined],
    ['a label twice is one label', ['go', 'go'], 'go'],
    ['no class has both', ['node', 'go'], undefined],
    ['no labels want a default class, and there is none', [], undefined],
  ])('%s', (_why, labels, expected) => {
    expect(classFor(labels, [GPU, GO, NODE])?.id).toBe(expected);
  });

  it('is the first in the file where two are equally near', () => {
    expect(classFor(['x'], [runnerClass('a', { labels: ['x', 'y'] }), runnerClass('b', { labels: ['x', 'z'] })])?.id).toBe('a');
  });

  it('is the default for a job without labels', () => {
    expect(classFor([], [GO, runnerClass('any', { isDefault: true })])?.id).toBe('any');
  });
});

describe('labels', () => {
  it.each<readonly [why: string, runner: readonly string[], wanted: readonly string[], expected: boolean]>([
    ['a runner with more than asked', ['a', 'b'], ['a'], true],
    ['a runner with less than asked', ['a'], ['a', 'b'], false],
    ['nothing asked is covered by anybody', [], [], true],
  ])('%s', (_why, runner, wanted, expected) => {
    expect(covers(runner, wanted)).toBe(expected);
  });

  it.each<readonly [why: string, labels: readonly string[], expected: string | undefined]>([
    ['the empty string', ['go', ''], ''],
    ['an array that became text', ['Array'], 'Array'],
    ['an object that became text', ['Object'], 'Object'],
    ['an expression inside a word', ['go-${{ x }}'], 'go-${{ x }}'],
    ['a label that only contains the word', ['Arrays'], undefined],
    ['plain labels', ['go', 'node'], undefined],
  ])('that a failed expression leaves: %s', (_why, labels, expected) => {
    expect(failedExpression(labels)).toBe(expected);
  });
});

describe('the nearest class', () => {
  it.each<readonly [why: string, labels: readonly string[], expected: string | null]>([
    ['one letter too many', ['nodes'], 'node'],
    ['capitals', ['NODE'], 'node'],
    ['nothing like it', ['windows-latest'], null],
    ['of several labels the one that is wrong', ['go', 'nod'], 'node'],
    ['a label of 10,000 characters takes no time', ['x'.repeat(10_000)], null],
  ])('%s', (_why, labels, expected) => {
    expect(nearestClass(labels, [GO, NODE])).toBe(expected);
  });
});

it('classes that cover one another are told in the direction in which their jobs may swap', () => {
  expect(overlappingClasses([GO, NODE, GPU])).toEqual([['gpu', 'go']]);
});
