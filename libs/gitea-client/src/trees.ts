import type { TreeEntry } from './changed-files.js';
import type { Connection } from './connection.js';
import { isGiteaError } from './errors.js';
import { orGone } from './gone.js';
import { count, listOf, maybe, object, text } from './payload-fields.js';
import type { RepositoryPaths, RepositoryReference } from './repository-paths.js';

export interface Trees {
  /** A commit's or folder's tree in git's order, all pages; null where the repository has no such object. */
  tree(repository: RepositoryReference, commitOrTree: string, options?: { readonly recursive?: boolean; readonly signal?: AbortSignal }): Promise<readonly TreeEntry[] | null>;
  /** A file's text by its object id; null above the server's limit (10 MiB), where it says nothing. */
  blob(repository: RepositoryReference, id: string, signal?: AbortSignal): Promise<string | null>;
  /** A file's text by its path at a commit; null where it has no such file. */
  file(repository: RepositoryReference, path: string, commit: string, signal?: AbortSignal): Promise<string | null>;
}

/** Gitea's maximum for trees; a server that allows less gives less, and says how much is to come. */
const pageSize = 1000;

const treeFields = object({
  tree: maybe(listOf(object({ path: text, mode: text, sha: text }))),
  total_count: count,
});
const blobFields = object({ content: maybe(text), encoding: maybe(text) });

export function createTrees(connection: Connection, repositories: RepositoryPaths): Trees {
  return {
    async tree(repository, commitOrTree, { recursive = false, signal } = {}) {
      try {
        return await repositories.at(repository, async (path) => {
          const entries: TreeEntry[] = [];
          for (let page = 1; ; page += 1) {
            const { data } = await connection.read(
              { method: 'GET', path: `${path}/git/trees/${encodeURIComponent(commitOrTree)}`, query: { recursive: recursive ? 'true' : undefined, page, per_page: pageSize }, signal },
              treeFields,
            );
            for (const { path: name, mode, sha } of data.tree ?? []) entries.push({ path: name, mode, id: sha });
            if ((data.tree ?? []).length === 0 || entries.length >= data.total_count) return entries;
          }
        });
      } catch (error) {
        // An id that is not there answers 400 (all tried versions), one that is no id 404.
        if (isGiteaError(error, 'refused', 'not-found') && error.path.includes('/git/trees/')) return null;
        throw error;
      }
    },

    async blob(repository, id, signal) {
      const { data } = await repositories.at(repository, (path) => connection.read({ method: 'GET', path: `${path}/git/blobs/${encodeURIComponent(id)}`, signal }, blobFields));
      return data.content == null || data.encoding !== 'base64' ? null : Buffer.from(data.content, 'base64').toString('utf8');
    },

    file: (repository, path, commit, signal) =>
      orGone(() =>
        repositories.at(repository, async (base) => {
          const answer = await connection.call({ method: 'GET', path: `${base}/raw/${path.split('/').map(encodeURIComponent).join('/')}`, query: { ref: commit }, signal });
          return answer.text;
        }),
      ),
  };
}
