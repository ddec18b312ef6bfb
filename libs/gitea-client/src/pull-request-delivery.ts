import type { DeliveryFacts, RepositoryFacts } from './delivery-facts.js';
import { count, flag, id, maybe, object, text, userId } from './payload-fields.js';
import { refuseFields, type RefusedDelivery } from './refused-delivery.js';
import { repositoryFields, toRepository } from './repository.js';
import { unknownFields } from './unknown-words.js';

/** A pull request was opened, changed, labelled, reviewed or closed; `event` says which, `action` how. */
export interface PullRequestDelivery extends RepositoryFacts {
  readonly kind: 'pull-request';
  /** Gitea's word: `opened`, `synchronized`, `label_updated`, `reviewed`, …; a merge is `closed` with `merged`. */
  readonly action: string;
  readonly number: number;
  readonly title: string;
  readonly htmlUrl: string;
  readonly draft: boolean;
  readonly merged: boolean;
  readonly mergeCommit: string | null;
  /** Where path filters start. */
  readonly mergeBase: string | null;
  readonly base: { readonly ref: string; readonly sha: string; readonly repositoryId: number };
  /** `ref` is `refs/pull/N/head` and the repository null once the head branch or its repository is gone. */
  readonly head: { readonly ref: string; readonly sha: string; readonly repositoryId: number | null };
  readonly isFork: boolean;
}

const branchFields = object({ ref: text, sha: text, repo_id: userId });
const payloadFields = object({
  action: text,
  number: count,
  pull_request: object({
    title: text,
    html_url: maybe(text),
    draft: maybe(flag),
    merged: maybe(flag),
    merge_commit_sha: maybe(text),
    merge_base: maybe(text),
    base: object({ ...branchFields.shape, repo_id: id }),
    head: branchFields,
  }),
  repository: repositoryFields,
});
const known = new Set([
  'action',
  'number',
  'changes',
  'pull_request',
  'requested_reviewer',
  'repository',
  'sender',
  'commit_id',
  'review',
  'before',
  'after',
  'organization',
]);

export function readPullRequestDelivery(facts: DeliveryFacts, payload: object): PullRequestDelivery | RefusedDelivery {
  const parsed = payloadFields.safeParse(payload);
  if (!parsed.success) return refuseFields(facts, parsed.error.issues, payload);
  const { action, number, pull_request: request, repository } = parsed.data;
  const { base, head } = request;
  const headRepository = head.repo_id > 0 ? head.repo_id : null;
  return {
    ...facts,
    kind: 'pull-request',
    repository: toRepository(repository),
    action,
    number,
    title: request.title,
    htmlUrl: request.html_url ?? '',
    draft: request.draft ?? false,
    merged: request.merged ?? false,
    mergeCommit: request.merge_commit_sha || null,
    mergeBase: request.merge_base || null,
    base: { ref: base.ref, sha: base.sha, repositoryId: base.repo_id },
    head: { ref: head.ref, sha: head.sha, repositoryId: headRepository },
    isFork: headRepository !== base.repo_id,
    unknown: unknownFields('', payload, known),
  };
}
