import { repositoryFields, toRepository, userFields, type Repository, type User } from './repository.js';
import type { UnknownWord } from './unknown-words.js';

/** What every delivery carries. */
export interface DeliveryFacts {
  /** `X-Gitea-Delivery`. */
  readonly id: string;
  /** The precise name, `X-Gitea-Event-Type`: the grouped one says `pull_request_comment` for a review. */
  readonly event: string;
  /** Where the hook is: `system`, `organization`, `user`, `repository` or `default`. Overlapping hooks deliver one event each. */
  readonly hookTarget: string | null;
  readonly repository: Repository | null;
  readonly sender: User | null;
  readonly unknown: readonly UnknownWord[];
}

/** A signed delivery of an event that starts nothing. */
export interface IgnoredDelivery extends DeliveryFacts {
  readonly kind: 'ignored';
  /** False: none of the tried versions has this event. */
  readonly known: boolean;
  readonly sentence: string;
}

/** The facts of a delivery that is about a repository. */
export interface RepositoryFacts extends DeliveryFacts {
  readonly repository: Repository;
}

/** Reads what is there; whoever needs a repository refuses where it is null. */
export function readFacts(names: { readonly id: string; readonly event: string; readonly hookTarget: string | null }, payload: { readonly repository?: unknown; readonly sender?: unknown }): DeliveryFacts {
  const repository = repositoryFields.safeParse(payload.repository).data;
  const sender = userFields.safeParse(payload.sender).data;
  return {
    ...names,
    repository: repository ? toRepository(repository) : null,
    sender: sender ? { id: sender.id, login: sender.login } : null,
    unknown: [],
  };
}
