import { objectId } from '../gitea/repositories.js';

export interface TreeEntry {
  readonly path: string;
  readonly mode: '040000' | '100644' | '100755';
  readonly type: 'tree' | 'blob';
  readonly size: number;
  readonly sha: string;
}

/** All entries of a commit's tree, folders too, in the order of their paths. The id of a folder follows from what is in it. */
export function treeOf(files: { readonly [path: string]: string }, textOf: (blob: string) => string): readonly TreeEntry[] {
  const paths = Object.keys(files);
  const folders = new Set(paths.flatMap((path) => path.split('/').slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))));
  const blobs = paths.map((path): TreeEntry => ({ path, mode: path.endsWith('.sh') ? '100755' : '100644', type: 'blob', size: Buffer.byteLength(textOf(files[path]!)), sha: files[path]! }));
  const trees = [...folders].map((folder): TreeEntry => {
    const inside = paths.filter((path) => path.startsWith(`${folder}/`)).sort();
    return { path: folder, mode: '040000', type: 'tree', size: 0, sha: objectId('tree', inside.map((path) => `${path.slice(folder.length + 1)} ${files[path]}`).join('\n')) };
  });
  return [...blobs, ...trees].sort((a, b) => (a.path < b.path ? -1 : 1));
}
