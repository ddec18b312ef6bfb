/** One path of a commit's tree, as Gitea's trees API lists it (`sha` is called `id` here). */
export interface TreeEntry {
  readonly path: string;
  /** `100644`, `100755`, `120000` (link), `160000` (submodule), `040000` (folder). */
  readonly mode: string;
  readonly id: string;
}

/**
 * What the head commit is compared with.
 *
 * - `tree`: the whole tree of `before` of a push, or of the merge base of a pull request.
 * - `new-ref`: there is no `before`, and Gitea shows the head commit alone: against its first parent, all of a root commit,
 *   and of a merge commit (two parents or more) nothing.
 * - `gone`: `before` is no longer in the repository.
 */
export type ComparedWith =
  | { readonly kind: 'tree'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'new-ref'; readonly parents: number; readonly firstParent: readonly TreeEntry[] }
  | { readonly kind: 'gone' };

/**
 * Lists the files that Gitea calls changed, in byte order: tree against tree, whatever lies between, so a rename is two files and a change
 * of mode counts. Folders are left out; a submodule is one path. `null`: Gitea cannot tell, and every path condition fails.
 *
 * Source: Gitea, modules/git/repo_compare.go, GetFilesChangedBetween (`git diff-tree -r --root`).
 */
export function changedFilesOf(head: readonly TreeEntry[], against: ComparedWith): readonly string[] | null {
  if (against.kind === 'gone') return null;
  if (against.kind === 'new-ref' && against.parents > 1) return [];
  const before = leaves(against.kind === 'tree' ? against.entries : against.parents === 0 ? [] : against.firstParent);
  const after = leaves(head);
  const changed = [...after].filter(([path, entry]) => !same(entry, before.get(path))).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !after.has(path));
  return [...changed, ...removed].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const isFolder = ({ mode }: TreeEntry) => /^0?40000$/.test(mode);
const leaves = (entries: readonly TreeEntry[]) => new Map(entries.filter((entry) => !isFolder(entry)).map((entry) => [entry.path, entry]));
const same = (one: TreeEntry, other: TreeEntry | undefined) => other !== undefined && one.mode === other.mode && one.id === other.id;
