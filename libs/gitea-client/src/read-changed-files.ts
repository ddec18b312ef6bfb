import { changedFilesOf } from './changed-files.js';
import type { Commits } from './commits.js';
import type { PullRequestDelivery } from './pull-request-delivery.js';
import type { PushDelivery } from './push-delivery.js';
import type { RepositoryReference } from './repository-paths.js';
import type { Trees } from './trees.js';

/** A push or pull request; deliveries are. */
export type Change =
  | (Pick<PushDelivery, 'kind' | 'before' | 'after' | 'created' | 'deleted' | 'headCommit'> & { readonly repository: RepositoryReference })
  | (Pick<PullRequestDelivery, 'kind' | 'action' | 'merged' | 'mergeCommit' | 'mergeBase'> & { readonly head: { readonly sha: string }; readonly repository: RepositoryReference });

/**
 * Reads which files Gitea calls changed, from whole trees: a payload lists five commits at most, and compare answers commit by commit.
 *
 * A push ends at its head commit (`after` of an annotated tag is no commit). A pull request starts at its merge base and ends at its head,
 * a merged one at the merge commit; `head` says otherwise, for `pull_request_target`. Null as in `changedFilesOf`, and for deletions.
 */
export async function readChangedFiles(client: Pick<Trees, 'tree'> & Pick<Commits, 'commit'>, change: Change, { head: other, signal }: { readonly head?: string; readonly signal?: AbortSignal } = {}): Promise<readonly string[] | null> {
  const { repository } = change;
  const read = (commit: string) => client.tree(repository, commit, { recursive: true, ...(signal === undefined ? {} : { signal }) });
  const between = async (base: string, head: string) => {
    const [before, after] = await Promise.all([read(base), read(head)]);
    return after === null ? null : changedFilesOf(after, before === null ? { kind: 'gone' } : { kind: 'tree', entries: before });
  };

  if (change.kind === 'pull-request') {
    const merged = change.action === 'closed' && change.merged ? change.mergeCommit : null;
    return change.mergeBase === null ? null : between(change.mergeBase, other ?? merged ?? change.head.sha);
  }
  if (change.deleted) return null;
  const head = other ?? change.headCommit?.id ?? change.after;
  if (!change.created) return between(change.before, head);

  const commit = await client.commit(repository, head, signal);
  if (commit === null) return null;
  const [firstParent] = commit.parents;
  const parents = commit.parents.length;
  if (parents > 1) return changedFilesOf([], { kind: 'new-ref', parents, firstParent: [] });
  const [after, before] = await Promise.all([read(head), firstParent === undefined ? [] : read(firstParent)]);
  return after === null || before === null ? null : changedFilesOf(after, { kind: 'new-ref', parents, firstParent: before });
}
