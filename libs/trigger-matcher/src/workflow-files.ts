import { newestGitea } from '@tinqs/workflow-parser';
import type { VersionOption } from './filter-pattern.js';
import { versionRules } from './version-rules.js';

/** A path of a commit's tree with what stands there; folders need not be given. */
export interface TreeEntry {
  readonly path: string;
  /** Default: `file`. A link is read as the text of its target; a submodule cannot be read at all. */
  readonly kind?: 'file' | 'link' | 'submodule' | 'folder';
}

export interface FolderOptions extends VersionOption {
  /** `[actions] WORKFLOW_DIRS`, since 1.26; hard-coded before. */
  readonly folders?: readonly string[];
}

/** The files of the one folder that counts, in Gitea's order. */
export interface WorkflowListing {
  /** `''`: the commit has no workflow folder. */
  readonly folder: string;
  /** `name` is the path below the folder: Gitea's id of the workflow. */
  readonly files: readonly (TreeEntry & { readonly kind: NonNullable<TreeEntry['kind']>; readonly name: string })[];
}

const defaultFolders: readonly string[] = ['.gitea/workflows', '.github/workflows'];
const isYaml = (path: string) => path.endsWith('.yml') || path.endsWith('.yaml');

function foldersOf({ gitea = newestGitea, folders }: FolderOptions): readonly string[] {
  return versionRules[gitea].configurableFolders && folders && folders.length > 0 ? folders.map((folder) => folder.replace(/\/$/, '')) : defaultFolders;
}

/** Compares as git orders a tree: by bytes, which is by code points. */
export function byteOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left === right) continue;
    const surrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
    return surrogate(left) === surrogate(right) ? left - right : surrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

/**
 * Lists the workflow files of a commit as Gitea finds them: the first folder that exists counts, even without any YAML in it, and the others do not.
 *
 * A folder called `x.yml` is listed too (and ignored when it is read); a submodule called so makes Gitea start nothing for this commit.
 */
export function listWorkflows(tree: readonly TreeEntry[], options: FolderOptions = {}): WorkflowListing {
  const folder = foldersOf(options).find((name) => tree.some(({ path, kind }) => path.startsWith(`${name}/`) || (path === name && kind === 'folder')));
  if (folder === undefined) return { folder: '', files: [] };
  const found = new Map<string, NonNullable<TreeEntry['kind']>>();
  for (const { path, kind = 'file' } of tree) {
    if (!path.startsWith(`${folder}/`)) continue;
    const name = path.slice(folder.length + 1);
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) found.set(name.slice(0, slash), 'folder');
    if (name !== '') found.set(name, kind);
  }
  const order = (name: string) => (found.get(name) === 'folder' ? `${name}/` : name);
  const names = [...found.keys()].filter(isYaml).sort((a, b) => byteOrder(order(a), order(b)));
  return { folder, files: names.map((name) => ({ name, path: `${folder}/${name}`, kind: found.get(name) ?? 'file' })) };
}

/**
 * Says whether a path looks like a workflow to Gitea, by its name alone. Up to 1.25 that is looser than the listing:
 * `.gitea/workflows-old/x.yml` and `.gitea/workflows.yml` look like one too.
 */
export function isWorkflowPath(path: string, options: FolderOptions = {}): boolean {
  const { configurableFolders } = versionRules[options.gitea ?? newestGitea];
  return isYaml(path) && foldersOf(options).some((folder) => path.startsWith(configurableFolders ? `${folder}/` : folder));
}
