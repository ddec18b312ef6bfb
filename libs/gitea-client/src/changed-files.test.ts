import { describe, expect, it } from 'vitest';
import { changedFilesOf, type ComparedWith, type TreeEntry } from './changed-files.js';

const tree = (files: Readonly<Record<string, string>>): TreeEntry[] => Object.entries(files).map(([path, id]) => ({ path, id, mode: '100644' }));
const before = (files: Readonly<Record<string, string>>): ComparedWith => ({ kind: 'tree', entries: tree(files) });

describe('changedFilesOf', () => {
  it.each([
    [{ a: '1', b: '2' }, { a: '1', b: '1' }, ['b'], 'other content'],
    [{ b: '1' }, { a: '1' }, ['a', 'b'], 'a rename is a removal and an addition'],
    [{ a: '1' }, { a: '1' }, [], 'equal trees, whatever commits lie between'],
    [{ dir: '1' }, { 'dir/f': '1' }, ['dir', 'dir/f'], 'a folder that became a file'],
    [{ é: '1', z: '1', '\u{1f600}': '1', '\uffee': '1' }, {}, ['z', 'é', '\uffee', '\u{1f600}'], 'in byte order'],
  ])('%j after %j: %j (%s)', (head, old, files, _why) => {
    expect(changedFilesOf(tree(head), before(old))).toEqual(files);
  });

  it('counts a change of mode, and no folder', () => {
    const head: TreeEntry[] = [{ path: 'bin', mode: '040000', id: 'x' }, { path: 'bin/run', mode: '100755', id: '1' }, { path: 'lib', mode: '160000', id: '2' }];
    const old: TreeEntry[] = [{ path: 'bin', mode: '40000', id: 'y' }, { path: 'bin/run', mode: '100644', id: '1' }];

    expect(changedFilesOf(head, { kind: 'tree', entries: old })).toEqual(['bin/run', 'lib']);
  });

  it('shows of a new ref the head commit alone: against its first parent, all of a root, nothing of a merge', () => {
    const [head, firstParent] = [tree({ a: '2', b: '1' }), tree({ b: '1' })];

    expect(changedFilesOf(head, { kind: 'new-ref', parents: 1, firstParent })).toEqual(['a']);
    expect(changedFilesOf(head, { kind: 'new-ref', parents: 0, firstParent: [] })).toEqual(['a', 'b']);
    expect(changedFilesOf(head, { kind: 'new-ref', parents: 2, firstParent })).toEqual([]);
  });

  it('cannot tell when the old commit is gone', () => {
    expect(changedFilesOf(tree({ a: '1' }), { kind: 'gone' })).toBeNull();
  });

  it('does not stop at 300 files', () => {
    const files = Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`f${n}`, '1']));

    expect(changedFilesOf(tree(files), before({}))).toHaveLength(1200);
  });
});
