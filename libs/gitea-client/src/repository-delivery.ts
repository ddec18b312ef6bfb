import type { DeliveryFacts, RepositoryFacts } from './delivery-facts.js';
import { object, text } from './payload-fields.js';
import { refuseFields, type RefusedDelivery } from './refused-delivery.js';
import { repositoryFields, toRepository } from './repository.js';
import { unknownFields } from './unknown-words.js';

/** A repository was made or deleted. Its waiting jobs send nothing any more; renaming sends no event at all. */
export interface RepositoryDelivery extends RepositoryFacts {
  readonly kind: 'repository';
  /** `created` or `deleted`. */
  readonly action: string;
}

const payloadFields = object({ action: text, repository: repositoryFields });
const known = new Set(['action', 'repository', 'organization', 'sender']);

export function readRepositoryDelivery(facts: DeliveryFacts, payload: object): RepositoryDelivery | RefusedDelivery {
  const parsed = payloadFields.safeParse(payload);
  if (!parsed.success) return refuseFields(facts, parsed.error.issues, payload);
  const { action, repository } = parsed.data;
  return { ...facts, kind: 'repository', repository: toRepository(repository), action, unknown: unknownFields('', payload, known) };
}
