import { describe, expect, it } from 'vitest';
import { judgeFile } from './judge.js';
import type { VectorFile } from './vector.js';

const file = (cases: VectorFile['cases']): VectorFile => ({ format: 1, about: '', cases });

describe('judgeFile', () => {
  it('counts a case once where the versions agree, else once per version', () => {
    const report = judgeFile(
      'patterns.json',
      file([
        { id: 'p-1', input: { pattern: 'main', values: ['main', 'dev'] }, expect: { all: { valid: true, matched: ['main'] } } },
        { id: 'p-2', input: { pattern: '{a,b}', values: ['a'] }, expect: { '1.25': { valid: true, matched: [] }, '1.26': { valid: true, matched: [] }, '1.27': { valid: true, matched: ['a'] } } },
      ]),
    );

    expect(report).toMatchObject({ agree: 4, total: 4, differences: [] });
  });

  it('names the case, the version and the fields that differ', () => {
    const wrong = file([{ id: 'p-1', input: { pattern: 'main', values: ['main'] }, expect: { all: { valid: true, matched: [] } } }]);

    expect(judgeFile('patterns.json', wrong)?.differences).toMatchObject([{ id: 'p-1', gitea: '1.25', fields: ['matched'], answer: { matched: ['main'] } }]);
  });

  it('asks one version only when told so, and leaves out cases without an answer for it', () => {
    const some = file([
      { id: 'p-1', input: { pattern: '{a}', values: ['a'] }, expect: { '1.26': { valid: true, matched: [] }, '1.27': { valid: true, matched: ['a'] } } },
    ]);

    expect(judgeFile('patterns.json', some, ['1.27'])).toMatchObject({ agree: 1, total: 1 });
    expect(judgeFile('patterns.json', some, ['1.25'])).toMatchObject({ agree: 0, total: 0 });
  });

  it('takes an answer that throws for a difference', () => {
    expect(judgeFile('push.json', file([{ id: 'x', input: {}, expect: { all: { outcome: 'runs' } } }]))?.differences).toMatchObject([{ fields: ['threw'] }]);
  });

  it('knows nothing of a file of another kind', () => {
    expect(judgeFile('package.json', file([]))).toBeUndefined();
  });
});
