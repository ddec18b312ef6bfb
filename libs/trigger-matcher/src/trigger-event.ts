import type { JobContext } from '@tinqs/workflow-parser';

/**
 * What happened, in the words of Gitea. Which fields count depends on `type`; the others are left out.
 *
 * `type` is Gitea's inner name, finer than the names under `on`: `push`, `create`, `delete`, `fork`, `wiki`, `issues`, `issue_assign`,
 * `issue_label`, `issue_milestone`, `issue_comment`, `pull_request`, `pull_request_sync`, `pull_request_assign`, `pull_request_label`,
 * `pull_request_milestone`, `pull_request_review_request`, `pull_request_review_approved`, `pull_request_review_rejected`,
 * `pull_request_review_comment`, `pull_request_comment`, `release`, `package`, `workflow_run` (source: Gitea, modules/webhook/type.go).
 * Two more are ours, since Gitea starts those runs without asking `on` this way: `dispatch` (a click or an API call for one file)
 * and `cron` (a schedule's time has come).
 */
export interface TriggerEvent {
  readonly type: string;
  /** Gitea's inner word: `synchronized`, `label_updated`, `reviewed`, `updated`, … */
  readonly action?: string;
  /** `refs/heads/…` or `refs/tags/…`: of a push, or what a dispatch asks for. */
  readonly ref?: string;
  readonly before?: string;
  readonly after?: string;
  /** As Gitea computes them, in any order. `null` or absent: they cannot be computed, and path conditions fail. */
  readonly changedFiles?: readonly string[] | null;
  /** Of a pull request: the branch it goes into. */
  readonly baseRef?: string;
  readonly headRef?: string;
  /** The head commit of a pull request is not in the repository: then `pull_request_target` with path conditions fails. */
  readonly headMissing?: boolean;
  /** Of `issue_label`: how many labels came and went. */
  readonly addedLabels?: number;
  readonly removedLabels?: number;
  /** Of `workflow_run`: the name and the branch of the workflow that ran. */
  readonly workflowName?: string;
  readonly headBranch?: string;
  /** Of `dispatch`: the path of the file that is started. */
  readonly workflow?: string;
  /** The whole message of the commit Gitea reads the workflows from, for the skip words. */
  readonly message?: string;
  /** The title of a pull request, for the skip words. */
  readonly title?: string;
  /** What expressions in names and labels see beyond what this event says by itself. */
  readonly context?: JobContext;
}

const allZeros = /^0+$/;

/** True for a push that deletes its ref: Gitea passes over it (services/actions/notifier.go). */
export const deletesRef = (event: TriggerEvent): boolean => event.type === 'push' && event.after !== undefined && allZeros.test(event.after);

/**
 * Makes the event of a push. `changedFiles: null` says that they cannot be computed, as when the old commit is gone: path conditions then fail.
 *
 * A new ref (`before` of zeros) has the files of its head commit against the first parent; `after` of zeros is a deletion, which runs nothing.
 */
export function pushEvent(input: { ref: string; before: string; after: string; changedFiles: readonly string[] | null; message: string }): TriggerEvent {
  return { type: 'push', ...input };
}

/** The short name of a ref, as Gitea cuts it: of a branch, tag, remote, pull request or `refs/for`; anything else stays. */
export function shortRefName(ref: string): string {
  for (const prefix of ['refs/heads/', 'refs/tags/', 'refs/remotes/']) if (ref.startsWith(prefix)) return ref.slice(prefix.length);
  const pull = 'refs/pull/';
  if (ref.startsWith(pull) && ref.lastIndexOf('/') >= pull.length) return ref.slice(pull.length, ref.lastIndexOf('/'));
  return ref.startsWith('refs/for/') ? ref.slice('refs/for/'.length) : ref;
}
