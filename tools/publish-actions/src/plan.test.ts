import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateParents, planPublish, type Facts } from './plan.js';
import { changelogVersion, compareVersions, newestVersion, parseVersion, tagOf } from './version.js';

const facts = (changes: Partial<Facts>): Facts => ({ branch: 'v1', tree: 't2', version: { major: 1, minor: 1, patch: 0 }, head: { commit: 'c1', tree: 't1' }, candidate: undefined, tags: { 'v1.0.0': 'c1' }, ...changes });

describe('planPublish', () => {
  const rows: readonly [string, Partial<Facts>, object][] = [
    ['the first publication has no parent', { head: undefined, tags: {} }, { kind: 'commit', parents: [], tag: 'v1.1.0' }],
    ['a changed tree goes on top of the branch', {}, { kind: 'commit', parents: ['c1'], tag: 'v1.1.0' }],
    ['a tree that is there already makes no commit', { tree: 't1', version: { major: 1, minor: 0, patch: 0 } }, { kind: 'nothing', commit: 'c1', tag: 'v1.0.0' }],
    ['nor a second tag', { tree: 't1' }, { kind: 'nothing', commit: 'c1', tag: 'v1.0.0' }],
    ['a published tree without a tag gets it', { tree: 't1', tags: {} }, { kind: 'tag', commit: 'c1', tag: 'v1.1.0' }],
    ['a candidate that holds the tree and the branch is promoted', { candidate: { commit: 'n', tree: 't2', containsHead: true } }, { kind: 'promote', commit: 'n', tag: 'v1.1.0' }],
    ['a candidate of another tree is not', { candidate: { commit: 'n', tree: 't3', containsHead: true } }, { kind: 'commit', parents: ['c1'], tag: 'v1.1.0' }],
    ['a candidate that would rewind the branch is not', { candidate: { commit: 'n', tree: 't2', containsHead: false } }, { kind: 'commit', parents: ['c1'], tag: 'v1.1.0' }],
    ['a tag never moves', { tags: { 'v1.1.0': 'c1', 'v1.0.0': 'c0' } }, { kind: 'refuse' }],
    ['a version never goes back', { tags: { 'v1.2.0': 'c1' } }, { kind: 'refuse' }],
    ['a changelog without a version', { version: undefined }, { kind: 'refuse' }],
    ['a major of another branch', { version: { major: 2, minor: 0, patch: 0 } }, { kind: 'refuse' }],
    ['a tag that would hide the branch', { tags: { v1: 'c1' } }, { kind: 'refuse' }],
    ['a branch that is no major', { branch: 'main' }, { kind: 'refuse' }],
  ];
  it.each(rows)('%s', (_why, changes, plan) => {
    expect(planPublish(facts(changes))).toMatchObject(plan);
  });

  it('never writes a tag that exists, whatever the remote holds', () => {
    const id = fc.constantFrom('c1', 'c2', 'n');
    const version = fc.record({ major: fc.constant(1), minor: fc.nat(2), patch: fc.nat(2) });
    const tags = fc.dictionary(version.map(tagOf), id);
    fc.assert(
      fc.property(fc.constantFrom('t1', 't2'), version, fc.option(fc.record({ commit: id, tree: fc.constantFrom('t1', 't2') }), { nil: undefined }), tags, (tree, wanted, head, existing) => {
        const plan = planPublish(facts({ tree, version: wanted, head, tags: existing }));
        if (plan.kind === 'commit' || plan.kind === 'promote' || plan.kind === 'tag') {
          expect(existing).not.toHaveProperty([plan.tag]);
          expect(head === undefined || plan.kind !== 'commit' || plan.parents[0] === head.commit).toBe(true);
        }
      }),
    );
  });
});

describe('candidateParents', () => {
  const head = { commit: 'c1', tree: 't1' };
  const rows = [
    ['none at first', { tree: 't2', head: undefined, candidate: undefined }, false, []],
    ['the branch for the first candidate', { tree: 't2', head, candidate: undefined }, false, ['c1']],
    ['the last candidate when the branch has not moved', { tree: 't2', head, candidate: { commit: 'n', tree: 't3', containsHead: true } }, false, ['n']],
    ['the branch when it has taken in the last candidate', { tree: 't2', head, candidate: { commit: 'n', tree: 't3', containsHead: false } }, true, ['c1']],
    ['both when each went its way, so that neither is rewound', { tree: 't2', head, candidate: { commit: 'n', tree: 't3', containsHead: false } }, false, ['c1', 'n']],
    ['no commit where the candidate has the tree', { tree: 't2', head, candidate: { commit: 'n', tree: 't2', containsHead: true } }, false, undefined],
  ] as const;
  it.each(rows)('%s', (_why, given, behind, parents) => {
    expect(candidateParents(given, behind)).toEqual(parents);
  });
});

describe('versions', () => {
  it.each([['## 1.2.3\n', 'v1.2.3'], ['# Title\n\n## [1.0.10] - today\n## 1.0.9\n', 'v1.0.10'], ['## v2.0.0', 'v2.0.0']])('are read from the first heading of %j', (text, tag) => {
    expect(tagOf(changelogVersion(text)!)).toBe(tag);
  });

  it.each(['', '# 1.2.3', '## Unreleased\n## 1.0.0', '## 1.2', '## 01.2.3'])('are not read from %j', (text) => {
    expect(changelogVersion(text)).toBeUndefined();
  });

  it('compare as numbers', () => {
    expect(tagOf(newestVersion(['v1.9.0', 'v1.10.0', 'v2.0.0', 'v1', 'other'], 1)!)).toBe('v1.10.0');
    expect(compareVersions(parseVersion('1.0.2')!, parseVersion('1.0.10')!)).toBeLessThan(0);
  });
});
