import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceRoot } from '../support/npm-start.js';
import { MUTANTS } from './mutant-list.js';

describe('a mutant', () => {
  it.each(MUTANTS)('breaks one place of $file: $rule', ({ file, from, to }) => {
    expect(readFileSync(join(workspaceRoot, 'libs/fleet/src', file), 'utf8').split(from)).toHaveLength(2);
    expect(to).not.toBe(from);
  });

  it('has a rule of its own', () => {
    expect(new Set(MUTANTS.map(({ rule }) => rule)).size).toBe(MUTANTS.length);
  });
});
