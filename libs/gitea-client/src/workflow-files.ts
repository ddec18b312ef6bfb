import type { TreeEntry } from './changed-files.js';
import type { RepositoryReference } from './repository-paths.js';
import type { Trees } from './trees.js';

/** A workflow file of a commit, or what has the name of one. */
export interface WorkflowFile {
  /** From the root: `.gitea/workflows/ci.yml`. */
  readonly path: string;
  /** Gitea reads a link as its target's path, lists a folder, and starts nothing at all beside a submodule of such a name. */
  readonly kind: 'file' | 'link' | 'submodule' | 'folder';
  /** Empty for folders and submodules. */
  readonly text: string;
}

export interface WorkflowFiles {
  /**
   * The workflow files of a commit: of the first of these folders that it has, as Gitea does, also if that one holds no YAML.
   * Null where the repository has no such commit.
   */
  listWorkflowFiles(repository: RepositoryReference, commit: string, folders?: readonly string[], signal?: AbortSignal): Promise<readonly WorkflowFile[] | null>;
  /** The text of one at a commit, by the name that runs tell, which is without its folder; null where none of the usual folders has it. */
  readWorkflowFile(repository: RepositoryReference, name: string, commit: string, signal?: AbortSignal): Promise<string | null>;
}

const defaultFolders = ['.gitea/workflows', '.github/workflows'];
const atOnce = 4;

/** Reads folder by folder, so that a repository of a hundred thousand files costs no more than one of ten. */
export function createWorkflowFiles({ tree, blob, file }: Trees): WorkflowFiles {
  async function findFolder(repository: RepositoryReference, root: readonly TreeEntry[], folder: string, signal?: AbortSignal): Promise<TreeEntry | undefined> {
    const [first = '', ...rest] = folder.split('/');
    let entry = root.find(({ path }) => path === first);
    for (const name of rest) {
      if (entry === undefined || kindOf(entry) !== 'folder') return undefined;
      entry = (await tree(repository, entry.id, optional(signal)))?.find(({ path }) => path === name);
    }
    return entry !== undefined && kindOf(entry) === 'folder' ? entry : undefined;
  }

  async function readFile(repository: RepositoryReference, folder: string, entry: TreeEntry, signal?: AbortSignal): Promise<WorkflowFile> {
    const kind = kindOf(entry);
    const text = kind === 'file' || kind === 'link' ? await blob(repository, entry.id, signal) : '';
    return { path: `${folder}/${entry.path}`, kind, text: text ?? '' };
  }

  return {
    async listWorkflowFiles(repository, commit, folders = defaultFolders, signal) {
      const root = await tree(repository, commit, optional(signal));
      if (root === null) return null;
      for (const folder of folders.map((name) => name.replace(/\/+$/, ''))) {
        const found = await findFolder(repository, root, folder, signal);
        if (found === undefined) continue;
        const entries = await tree(repository, found.id, { recursive: true, ...optional(signal) });
        const named = (entries ?? []).filter(({ path }) => /\.ya?ml$/.test(path));
        return inTurn(named, (entry) => readFile(repository, folder, entry, signal));
      }
      return [];
    },

    async readWorkflowFile(repository, name, commit, signal) {
      for (const path of name.includes('/') ? [name] : defaultFolders.map((folder) => `${folder}/${name}`)) {
        const text = await file(repository, path, commit, signal);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

/** In the given order, a few at once. */
async function inTurn<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (let at = 0; at < items.length; at += atOnce) results.push(...(await Promise.all(items.slice(at, at + atOnce).map(work))));
  return results;
}

function kindOf({ mode }: TreeEntry): WorkflowFile['kind'] {
  const kinds: Record<string, WorkflowFile['kind']> = { '040000': 'folder', '40000': 'folder', '160000': 'submodule', '120000': 'link' };
  return kinds[mode] ?? 'file';
}

function optional(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
