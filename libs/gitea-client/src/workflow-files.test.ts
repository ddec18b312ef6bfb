import { describe, expect, it } from 'vitest';
import type { TreeEntry } from './changed-files.js';
import type { Trees } from './trees.js';
import { createWorkflowFiles } from './workflow-files.js';

const repository = { id: 1 };

/** Folders by id, as git has them; files by id with their text. */
function stored(folders: Readonly<Record<string, readonly TreeEntry[]>>, files: Readonly<Record<string, string | null>> = {}) {
  const asked: string[] = [];
  const trees: Trees = {
    async tree(_repository, id, { recursive = false } = {}) {
      asked.push(`${recursive ? 'all of ' : ''}${id}`);
      return folders[id] ?? null;
    },
    blob: async (_repository, id) => files[id] ?? null,
    file: async (_repository, path, commit) => (asked.push(`${path}@${commit}`), files[path] ?? null),
  };
  const { listWorkflowFiles: list, readWorkflowFile: read } = createWorkflowFiles(trees);
  return { list, read, asked };
}

const folder = (path: string, id: string): TreeEntry => ({ path, mode: '040000', id });
const file = (path: string, id: string, mode = '100644'): TreeEntry => ({ path, mode, id });

describe('listWorkflowFiles', () => {
  it('reads the files of the first folder, below it too, in git’s order, and nothing else', async () => {
    const { list, asked } = stored(
      {
        commit: [folder('.gitea', 'g'), folder('.github', 'h'), file('README.md', 'r')],
        g: [folder('workflows', 'w'), file('x.yml', 'x')],
        w: [file('a.yml', '1'), file('note.txt', '2'), folder('sub', 's'), file('sub/b.yaml', '3'), file('Z.YML', '4')],
      },
      { 1: 'on: push\n', 3: 'on: pull_request\n' },
    );

    expect(await list(repository, 'commit')).toEqual([
      { path: '.gitea/workflows/a.yml', kind: 'file', text: 'on: push\n' },
      { path: '.gitea/workflows/sub/b.yaml', kind: 'file', text: 'on: pull_request\n' },
    ]);
    expect(asked).toEqual(['commit', 'g', 'all of w']);
  });

  it('shows what only has the name of a workflow: Gitea reads a link as its target, and starts nothing beside a submodule', async () => {
    const { list } = stored(
      { commit: [folder('.gitea', 'g')], g: [folder('workflows', 'w')], w: [file('l.yml', '1', '120000'), file('m.yml', '2', '160000'), folder('n.yml', '3')] },
      { 1: '../other.yml', 2: 'never read', 3: 'never read' },
    );

    expect(await list(repository, 'commit')).toEqual([
      { path: '.gitea/workflows/l.yml', kind: 'link', text: '../other.yml' },
      { path: '.gitea/workflows/m.yml', kind: 'submodule', text: '' },
      { path: '.gitea/workflows/n.yml', kind: 'folder', text: '' },
    ]);
  });

  it.each([
    ['the first folder counts even without YAML in it', { commit: [folder('.gitea', 'g'), folder('.github', 'h')], g: [folder('workflows', 'w')], w: [file('README.md', '1')], h: [folder('workflows', 'v')], v: [file('b.yml', '2')] }, []],
    ['a file of the folder’s name is no folder', { commit: [folder('.gitea', 'g'), folder('.github', 'h')], g: [file('workflows', 'w')], h: [folder('workflows', 'v')], v: [file('b.yml', '2')] }, ['.github/workflows/b.yml']],
    ['nor is a link, nor a submodule', { commit: [file('.gitea', 'g', '160000'), folder('.github', 'h')], h: [folder('workflows', 'v')], v: [file('b.yml', '2')] }, ['.github/workflows/b.yml']],
    ['the parent alone is not it', { commit: [folder('.gitea', 'g'), folder('.github', 'h')], g: [file('ISSUE_TEMPLATE.md', 'i')], h: [folder('workflows', 'v')], v: [file('b.yml', '2')] }, ['.github/workflows/b.yml']],
    ['a commit without any', { commit: [file('README.md', 'r')] }, []],
  ])('%s', async (_, folders, paths) => {
    const files = await stored(folders, { 2: 'on: push\n' }).list(repository, 'commit');

    expect(files?.map(({ path }) => path)).toEqual(paths);
  });

  it('looks into the folders it is told, as a server may be configured', async () => {
    const { list } = stored({ commit: [folder('ci', 'c'), folder('.gitea', 'g')], c: [file('a.yml', '1')] }, { 1: 'on: push\n' });

    expect(await list(repository, 'commit', ['ci/', '.gitea/workflows'])).toEqual([{ path: 'ci/a.yml', kind: 'file', text: 'on: push\n' }]);
  });

  it('is null for a commit that is not there', async () => {
    expect(await stored({}).list(repository, 'commit')).toBeNull();
  });

  it('keeps the order, however many there are', async () => {
    const names = Array.from({ length: 23 }, (_, n) => `w${String(n).padStart(2, '0')}.yml`);
    const { list } = stored({ commit: [folder('ci', 'c')], c: names.map((name) => file(name, name)) }, Object.fromEntries(names.map((name) => [name, `name: ${name}`])));

    expect((await list(repository, 'commit', ['ci']))?.map(({ text }) => text)).toEqual(names.map((name) => `name: ${name}`));
  });
});

describe('readWorkflowFile', () => {
  it.each([
    ['of the first folder', 'ci.yml', { '.gitea/workflows/ci.yml': 'one', '.github/workflows/ci.yml': 'two' }, 'one', ['.gitea/workflows/ci.yml@abc']],
    ['of the second', 'ci.yml', { '.github/workflows/ci.yml': 'two' }, 'two', ['.gitea/workflows/ci.yml@abc', '.github/workflows/ci.yml@abc']],
    ['by its whole path', 'elsewhere/ci.yml', { 'elsewhere/ci.yml': 'three' }, 'three', ['elsewhere/ci.yml@abc']],
    ['that is nowhere', 'ci.yml', {}, null, ['.gitea/workflows/ci.yml@abc', '.github/workflows/ci.yml@abc']],
  ])('reads a file %s', async (_what, name, files, text, expected) => {
    const { read, asked } = stored({}, files);

    expect(await read(repository, name, 'abc')).toBe(text);
    expect(asked).toEqual(expected);
  });
});
