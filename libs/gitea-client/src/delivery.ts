import { eventKinds, ignoredEvents } from './delivery-events.js';
import { readHeader, type DeliveryHeaders } from './delivery-headers.js';
import { readFacts, type IgnoredDelivery } from './delivery-facts.js';
import { readJobDelivery, type JobDelivery } from './job-delivery.js';
import { findSyntaxError } from './json-syntax.js';
import { readPullRequestDelivery, type PullRequestDelivery } from './pull-request-delivery.js';
import { readPushDelivery, type PushDelivery } from './push-delivery.js';
import { refuse, type RefusedDelivery } from './refused-delivery.js';
import { readRepositoryDelivery, type RepositoryDelivery } from './repository-delivery.js';

/** What a delivery reports, reduced to the fields that are used; plain JSON, so it can be queued as it is. */
export type Delivery = JobDelivery | PushDelivery | PullRequestDelivery | RepositoryDelivery | IgnoredDelivery;

const readers = {
  'workflow-job': readJobDelivery,
  push: readPushDelivery,
  'pull-request': readPullRequestDelivery,
  repository: readRepositoryDelivery,
};

/**
 * Reads a delivery whose signature was verified (`verifyDelivery`).
 *
 * The id identifies one attempt of one hook: a replay, or a second hook on the same event, has another one.
 * Deliveries overtake each other, come twice and are lost.
 */
export function parseDelivery(headers: DeliveryHeaders, body: Uint8Array): Delivery | RefusedDelivery {
  const named = readNames(headers);
  if ('kind' in named) return named;

  const parsed = parseJson(body);
  if ('sentence' in parsed) return refuse({ ...named, code: parsed.code, sentence: parsed.sentence });
  if (!isObject(parsed.value)) return refuse({ ...named, code: 'not-an-object', sentence: 'body: expected a JSON object at line 1, column 1' });

  const facts = readFacts(named, parsed.value);
  const kind = eventKinds.get(named.event);
  if (kind !== undefined) return readers[kind](facts, parsed.value);
  const known = ignoredEvents.has(named.event);
  return { ...facts, kind: 'ignored', known, sentence: `ignored: event ${named.event}` };
}

interface DeliveryNames {
  readonly id: string;
  readonly event: string;
  readonly hookTarget: string | null;
}

/** Headers are not signed: what is taken from them is short and plain. */
function readNames(headers: DeliveryHeaders): DeliveryNames | RefusedDelivery {
  const id = readHeader(headers, 'x-gitea-delivery') ?? '';
  const event = readHeader(headers, 'x-gitea-event-type') ?? '';
  const hookTarget = readHeader(headers, 'x-gitea-hook-installation-target-type') ?? '';
  const refused = (name: string, expected: string): RefusedDelivery =>
    refuse({ id: null, event: null, code: 'header', sentence: `header ${name}: expected ${expected}`, paths: [name] });
  if (!/^[\w.:-]{1,100}$/.test(id)) return refused('X-Gitea-Delivery', 'the id of the delivery');
  if (!/^[\w.-]{1,100}$/.test(event)) return refused('X-Gitea-Event-Type', 'the name of an event');
  return { id, event, hookTarget: /^[\w-]{1,50}$/.test(hookTarget) ? hookTarget : null };
}

function parseJson(body: Uint8Array): { readonly value: unknown } | { readonly code: 'not-utf-8' | 'not-json'; readonly sentence: string } {
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { code: 'not-utf-8', sentence: 'body: expected UTF-8' };
  }
  try {
    return { value: JSON.parse(source) };
  } catch {
    const { line, column, offset } = findSyntaxError(source) ?? { line: 1, column: 1, offset: 0 };
    const found = offset === source.length ? 'it ends' : 'it stops being JSON';
    return { code: 'not-json', sentence: `body: expected JSON, ${found} at line ${line}, column ${column}` };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
