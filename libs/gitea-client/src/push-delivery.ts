import type { DeliveryFacts, RepositoryFacts } from './delivery-facts.js';
import { count, maybe, object, text } from './payload-fields.js';
import { refuseFields, type RefusedDelivery } from './refused-delivery.js';
import { repositoryFields, toRepository } from './repository.js';
import { unknownFields } from './unknown-words.js';

/** A branch or tag moved. One delivery per ref; a branch's deletion sends `delete` instead. */
export interface PushDelivery extends RepositoryFacts {
  readonly kind: 'push';
  /** Full: `refs/heads/…` or `refs/tags/…`. */
  readonly ref: string;
  /** Zeros for a new ref and for every tag, moved ones included; may name a commit that is gone. */
  readonly before: string;
  /** For an annotated tag the tag object: the commit is `headCommit.id`. */
  readonly after: string;
  readonly headCommit: { readonly id: string; readonly message: string } | null;
  readonly isTag: boolean;
  readonly created: boolean;
  readonly deleted: boolean;
  /** The test button sends a push that changes nothing: `before` is `after`. */
  readonly isTest: boolean;
  /** At most 10 for a new branch. Gitea lists five of them, which say nothing about the files changed. */
  readonly totalCommits: number;
}

const payloadFields = object({
  ref: text,
  before: text,
  after: text,
  head_commit: maybe(object({ id: text, message: text })),
  total_commits: maybe(count),
  repository: repositoryFields,
});
const known = new Set(['ref', 'before', 'after', 'compare_url', 'commits', 'total_commits', 'head_commit', 'repository', 'pusher', 'sender']);

export function readPushDelivery(facts: DeliveryFacts, payload: object): PushDelivery | RefusedDelivery {
  const parsed = payloadFields.safeParse(payload);
  if (!parsed.success) return refuseFields(facts, parsed.error.issues, payload);
  const { ref, before, after, head_commit: head, total_commits: totalCommits, repository } = parsed.data;
  return {
    ...facts,
    kind: 'push',
    repository: toRepository(repository),
    ref,
    before,
    after,
    headCommit: head ? { id: head.id, message: head.message } : null,
    isTag: ref.startsWith('refs/tags/'),
    created: isZeros(before),
    deleted: isZeros(after),
    isTest: before === after,
    totalCommits: totalCommits ?? 0,
    unknown: unknownFields('', payload, known),
  };
}

/** The id that stands for "no commit": 40 zeros, 64 in SHA-256 repositories. */
export function isZeros(commit: string): boolean {
  return /^0+$/.test(commit);
}
