import type { WorkflowFile } from '../workflow-file.js';
import type { Diagnosis } from './diagnosis.js';
import { errorAt, warningAt } from './diagnosis.js';

const top = { line: 1, column: 1 };
/** Gitea stops reading a workflow there, without an error. Source: modules/actions/workflows.go, GetContentFromEntry; not on 1.24. */
const longest = 1_048_576;

/** Files that Gitea passes over, or that make it pass over all. Source: modules/actions/workflows.go, ListWorkflows and DetectWorkflows. */
export const fileFindings = {
  /** A workflow in a folder that does not count: only the first folder that exists does. */
  hidden(file: WorkflowFile, files: readonly WorkflowFile[]): Diagnosis {
    const folder = folderOf(files[0]?.path ?? '.gitea/workflows/x');
    if (!isYaml(file.path)) return warningAt(file.path, top, 'file-suffix', `${nameOf(file.path)} is no workflow to Gitea: only names that end in .yml or .yaml are, in small letters`, 'rename it');
    if (!/^\.(gitea|github)\/workflows\//.test(file.path)) return warningAt(file.path, top, 'file-folder', `${folderOf(file.path)} is no folder of workflows to Gitea`, 'move it to .gitea/workflows');
    return warningAt(file.path, top, 'file-hidden', `Gitea does not look at ${folderOf(file.path)}, since ${folder} exists, and only the first folder counts`, `move it to ${folder}, or delete it`);
  },
  /** What stands at the path, and how long it is. */
  kind(file: WorkflowFile): readonly Diagnosis[] {
    switch (file.kind) {
      case 'submodule':
        return [errorAt(file.path, top, 'file-submodule', 'a submodule called like a workflow cannot be read, and Gitea then starts nothing at all for this commit', 'rename the submodule')];
      case 'folder':
        return [warningAt(file.path, top, 'file-is-folder', 'this is a folder, and Gitea takes it for a workflow that it cannot read', 'rename the folder')];
      case 'link':
        return [errorAt(file.path, top, 'file-is-link', 'this is a symbolic link: Gitea reads the text of its target, not the file it points to, and ignores it', 'put the file itself here')];
      default:
        return bytes(file.text) > longest ? [errorAt(file.path, top, 'file-too-long', `the file has ${bytes(file.text)} bytes, and Gitea reads only the first ${longest}`, 'split it')] : [];
    }
  },
};

const isYaml = (path: string) => /\.ya?ml$/.test(path);
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string) => /^\.(?:gitea|github)\/workflows(?=\/)/.exec(path)?.[0] ?? path.slice(0, Math.max(0, path.lastIndexOf('/')));

function bytes(text: string): number {
  let count = 0;
  for (const char of text) count += char < '\u0080' ? 1 : char < '\u0800' ? 2 : char <= '\uffff' && char.length === 1 ? 3 : 4;
  return count;
}
