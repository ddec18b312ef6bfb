import { describe, expect, it } from 'vitest';
import type { TreeEntry } from './changed-files.js';
import type { Commits } from './commits.js';
import { parseDelivery } from './delivery.js';
import { readChangedFiles, type Change } from './read-changed-files.js';
import type { RepositoryReference } from './repository-paths.js';
import { recordedDelivery, recordedVersions } from './testing.js';
import type { Trees } from './trees.js';

type Files = Readonly<Record<string, string>>;

const repository: RepositoryReference = { id: 1 };
const zeros = '0'.repeat(40);

/** A repository of commits with their parents and files. */
function history(commits: Readonly<Record<string, { readonly parents?: readonly string[]; readonly files: Files }>>) {
  const asked: string[] = [];
  const client: Pick<Trees, 'tree'> & Pick<Commits, 'commit'> = {
    async tree(_repository, id) {
      asked.push(`tree ${id}`);
      const files = commits[id]?.files;
      return files === undefined ? null : Object.entries(files).map(([path, content]): TreeEntry => ({ path, mode: '100644', id: content }));
    },
    async commit(_repository, id) {
      asked.push(`commit ${id}`);
      const found = commits[id];
      return found === undefined ? null : { id, parents: found.parents ?? [], message: '' };
    },
  };
  return { client, asked };
}

const push = (change: Partial<Extract<Change, { kind: 'push' }>>): Change => ({ kind: 'push', repository, before: 'old', after: 'new', created: false, deleted: false, headCommit: { id: 'new', message: '' }, ...change });
const request = (change: Partial<Extract<Change, { kind: 'pull-request' }>>): Change => ({ kind: 'pull-request', repository, action: 'opened', merged: false, mergeCommit: null, mergeBase: 'base', head: { sha: 'head' }, ...change });

const line = history({
  root: { files: { a: '1', b: '1' } },
  old: { parents: ['root'], files: { a: '1', b: '1', c: '1' } },
  between: { parents: ['old'], files: { a: '9', b: '1', c: '1' } },
  new: { parents: ['between'], files: { a: '1', b: '2', d: '1' } },
  merge: { parents: ['new', 'old'], files: { a: '5' } },
  base: { files: { a: '1' } },
  head: { parents: ['base'], files: { a: '1', b: '1' } },
}).client;

describe('readChangedFiles', () => {
  it.each([
    ['two trees, whatever lies between: what was reverted is not listed', push({}), ['b', 'c', 'd']],
    ['a force push, also backwards', push({ before: 'new', after: 'old', headCommit: { id: 'old', message: '' } }), ['b', 'c', 'd']],
    ['a test delivery: nothing', push({ before: 'new' }), []],
    ['an old commit that is gone: it cannot be said', push({ before: 'gone' }), null],
    ['a new branch: its head commit alone', push({ before: zeros, created: true }), ['a', 'b', 'c', 'd']],
    ['a new branch at a merge: nothing', push({ before: zeros, created: true, after: 'merge', headCommit: { id: 'merge', message: '' } }), []],
    ['a new branch at a root commit: everything', push({ before: zeros, created: true, after: 'root', headCommit: { id: 'root', message: '' } }), ['a', 'b']],
    ['an annotated tag: the commit, not the tag object', push({ before: zeros, created: true, after: 'tag object', headCommit: { id: 'old', message: '' } }), ['c']],
    ['a head that is gone: it cannot be said', push({ after: 'gone', headCommit: { id: 'gone', message: '' } }), null],
    ['a new ref whose head is gone', push({ before: zeros, created: true, headCommit: { id: 'gone', message: '' } }), null],
    ['a deletion', push({ after: zeros, deleted: true, headCommit: null }), null],
    ['a pull request: from its merge base', request({}), ['b']],
    ['a pull request without a merge base', request({ mergeBase: null }), null],
    ['a merge base that is gone', request({ mergeBase: 'gone' }), null],
    ['a merged pull request: to the merge commit', request({ action: 'closed', merged: true, mergeCommit: 'merge' }), ['a']],
    ['a pull request that was closed unmerged', request({ action: 'closed' }), ['b']],
    ['a label on a merged pull request: its own head', request({ action: 'label_updated', merged: true, mergeCommit: 'merge' }), ['b']],
  ] as const)('%s', async (_, change, files) => {
    expect(await readChangedFiles(line, change)).toEqual(files);
  });

  it('takes another head where the workflow is read from elsewhere', async () => {
    expect(await readChangedFiles(line, request({}), { head: 'old' })).toEqual(['b', 'c']);
  });

  it('lists eleven hundred files', async () => {
    const files = Object.fromEntries(Array.from({ length: 1100 }, (_, n) => [`f${n}`, '1']));
    const { client } = history({ old: { files: {} }, new: { files } });

    expect(await readChangedFiles(client, push({}))).toHaveLength(1100);
  });

  it('asks for nothing but two trees', async () => {
    const { client, asked } = history({ old: { files: {} }, new: { files: {} } });
    await readChangedFiles(client, push({}));

    expect(asked.sort()).toEqual(['tree new', 'tree old']);
  });

  it('reads no tree of a merge that a new branch starts at', async () => {
    const { client, asked } = history({ new: { parents: ['a', 'b'], files: {} } });
    await readChangedFiles(client, push({ before: zeros, created: true }));

    expect(asked).toEqual(['commit new']);
  });

  it.each(recordedVersions)('takes the deliveries of %s as they are', async (version) => {
    const read = (name: string) => {
      const { headers, body } = recordedDelivery(version, name);
      return parseDelivery(headers, Buffer.from(body));
    };
    const pushed = read('204-push-rename-modify-remove');
    const opened = read('223-pull_request-opened');
    if (pushed.kind !== 'push' || opened.kind !== 'pull-request') throw new Error('these recordings are a push and a pull request');
    const { client, asked } = history({
      [pushed.before]: { files: { a: '1', old: '1' } },
      [pushed.after]: { files: { a: '2', renamed: '1' } },
      [opened.mergeBase ?? '']: { files: {} },
      [opened.head.sha]: { files: { new: '1' } },
    });

    expect(await readChangedFiles(client, pushed)).toEqual(['a', 'old', 'renamed']);
    expect(await readChangedFiles(client, opened)).toEqual(['new']);
    expect(asked).toHaveLength(4);
  });
});
