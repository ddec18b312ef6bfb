import { describe, expect, it } from 'vitest';
import { byteOrder, isWorkflowPath, listWorkflows } from './workflow-files.js';
import type { FolderOptions, TreeEntry } from './workflow-files.js';

const names = (tree: readonly (string | TreeEntry)[], options?: FolderOptions) => {
  const { folder, files } = listWorkflows(
    tree.map((entry) => (typeof entry === 'string' ? { path: entry } : entry)),
    options,
  );
  return [folder, ...files.map(({ name }) => name)];
};

describe('listWorkflows', () => {
  it.each([
    [['.gitea/workflows/a.yml', '.github/workflows/b.yml'], ['.gitea/workflows', 'a.yml'], 'the first folder hides the second'],
    [['.gitea/workflows/README.md', '.github/workflows/b.yml'], ['.gitea/workflows'], 'even without any YAML in it'],
    [['.gitea/ci.yml', '.github/workflows/b.yml'], ['.github/workflows', 'b.yml'], 'a folder that is not there hides nothing'],
    [['.gitea/workflows', '.github/workflows/b.yml'], ['.github/workflows', 'b.yml'], 'nor does a file of its name'],
    [['.gitea/workflows2/a.yml'], [''], 'the name must be the whole name'],
    [['.gitea/workflows/a.YML', '.gitea/workflows/b.yaml', '.gitea/workflows/c.yml~'], ['.gitea/workflows', 'b.yaml'], 'the ending is judged with its case'],
    [['.gitea/workflows/sub/deep/a.yml'], ['.gitea/workflows', 'sub/deep/a.yml'], 'folders below are searched'],
    [['é', 'b', 'a', 'B', 'a/c', 'a-'].map((name) => `.gitea/workflows/${name}.yml`), ['.gitea/workflows', 'B.yml', 'a-.yml', 'a.yml', 'a/c.yml', 'b.yml', 'é.yml'], 'in the byte order of git'],
    [['.gitea/workflows/x.yml/y.txt', '.gitea/workflows/x.yml.yml'], ['.gitea/workflows', 'x.yml.yml', 'x.yml'], 'a folder called like a workflow is listed, and ordered as a folder'],
  ])('%j: %j (%s)', (tree, expected) => {
    expect(names(tree)).toEqual(expected);
  });

  it('takes configured folders since 1.26 and overlooks them before', () => {
    const tree = ['.ci/a.yml', '.gitea/workflows/b.yml'];

    expect(names(tree, { gitea: '1.25', folders: ['.ci/'] })).toEqual(['.gitea/workflows', 'b.yml']);
    expect(names(tree, { gitea: '1.26', folders: ['.ci/'] })).toEqual(['.ci', 'a.yml']);
  });

  it('keeps what stands at the path', () => {
    expect(listWorkflows([{ path: '.gitea/workflows/a.yml', kind: 'submodule' }]).files).toEqual([{ name: 'a.yml', path: '.gitea/workflows/a.yml', kind: 'submodule' }]);
  });
});

describe('isWorkflowPath', () => {
  it('is looser than the listing up to 1.25', () => {
    const paths = ['.gitea/workflows/a.yml', '.gitea/workflows-old/a.yml', '.gitea/workflows.yml', 'x/.gitea/workflows/a.yml', '.gitea/workflows/a.md'];

    expect(paths.filter((path) => isWorkflowPath(path, { gitea: '1.25' }))).toEqual(paths.slice(0, 3));
    expect(paths.filter((path) => isWorkflowPath(path))).toEqual(paths.slice(0, 1));
  });
});

describe('byteOrder', () => {
  it('orders characters beyond the basic plane last, as their bytes do', () => {
    expect(['\u{1f600}', '\uffee', 'z', '\u{1f601}', 'zz'].sort(byteOrder)).toEqual(['z', 'zz', '\uffee', '\u{1f600}', '\u{1f601}']);
  });
});
