import type { DeliveryFacts } from './delivery-facts.js';
import { describeFieldProblems, type FieldIssue } from './field-problems.js';

/** A delivery that cannot be read. Its sentence names places, never what was found there. */
export interface RefusedDelivery {
  readonly kind: 'refused';
  readonly status: 400;
  readonly code: 'header' | 'not-utf-8' | 'not-json' | 'not-an-object' | 'fields';
  readonly sentence: string;
  /** The JSON paths, or headers, that are missing or wrong. */
  readonly paths: readonly string[];
  readonly id: string | null;
  readonly event: string | null;
  /** The full name, where it could be read: whether a repository is served at all comes before what is wrong in its payload. */
  readonly repository: string | null;
}

type Refusal = Pick<RefusedDelivery, 'id' | 'event' | 'code' | 'sentence'> & Partial<Pick<RefusedDelivery, 'paths' | 'repository'>>;

export function refuse({ id, event, code, sentence, paths = [], repository = null }: Refusal): RefusedDelivery {
  return { kind: 'refused', status: 400, code, sentence, paths, id, event, repository };
}

export function refuseFields(facts: DeliveryFacts, issues: readonly FieldIssue[], payload: object): RefusedDelivery {
  const { paths, sentence } = describeFieldProblems(issues, payload);
  return refuse({ id: facts.id, event: facts.event, code: 'fields', sentence, paths, repository: facts.repository?.fullName ?? readFullName(payload) });
}

function readFullName(payload: object): string | null {
  const repository: unknown = (payload as { repository?: unknown }).repository;
  const name: unknown = typeof repository === 'object' && repository !== null ? (repository as { full_name?: unknown }).full_name : null;
  return typeof name === 'string' ? name : null;
}
