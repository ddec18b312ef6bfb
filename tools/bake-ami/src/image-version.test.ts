import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageName, nextVersion, versionOf } from './image-version.js';

describe('the number of an AMI', () => {
  it.each([
    ['tinqs-ci-runner-v7', 7, 'as this tool names it'],
    ['tinqs-ci-runner-v120', 120, 'of several digits'],
    ['tinqs-ci-runner-v0', undefined, 'the first is 1'],
    ['tinqs-ci-runner-v07', undefined, 'two names for one number would collide'],
    ['tinqs-ci-runner-v7-copy', undefined, "somebody's copy"],
    ['my-tinqs-ci-runner-v7', undefined, "somebody's own"],
    ['tinqs-ci-runner-v', undefined, 'no number'],
    ['tinqs-ci-runner-v9999999999', undefined, 'no number a person would choose'],
  ])('of %s is %s: %s', (name, version, _why) => {
    expect(versionOf(name)).toBe(version);
  });

  it('is one above all that exist, whatever their order, and never one of them', () => {
    expect(nextVersion([])).toBe(1);
    expect(nextVersion(['tinqs-ci-runner-v9', 'other', 'tinqs-ci-runner-v10', 'tinqs-ci-runner-v2'])).toBe(11);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 999 }).map(imageName), fc.string())), (names) => {
        const next = nextVersion(names);
        return !names.includes(imageName(next)) && names.every((name) => (versionOf(name) ?? 0) < next);
      }),
    );
  });
});
