import { listsRepository, type LogPort } from '@tinqs/fleet';
import { parseDelivery, signatureOf, verifyDelivery } from '@tinqs/gitea-client';
import type { QueueMessage } from '@tinqs/installation';

/** One HTTP request, as the server or Lambda saw it. Header names in lower case. */
export interface WebhookRequest {
  readonly method: string;
  readonly headers: { readonly [name: string]: string | undefined };
  /** Reads the body, at most so many bytes; `null`: it is longer. Not called before the cheap checks passed. */
  readonly readBody: (mostBytes: number) => Promise<Uint8Array | null>;
}

/** The answer says why in its body, and never the secret or what was expected instead. */
export interface WebhookAnswer {
  readonly status: 202 | 400 | 401 | 405 | 413 | 415 | 503;
  readonly body: string;
}

export interface WebhookTools {
  readonly secrets: () => Promise<readonly string[]>;
  readonly allowedRepositories: readonly string[];
  readonly send: (message: QueueMessage) => Promise<void>;
  readonly log: LogPort;
  readonly now: () => number;
}

const MOST_BYTES = 2 * 1024 * 1024;

/**
 * Takes a delivery: checks it in a fixed order, cheapest first, projects it to the fields that are used, and queues
 * it. No Gitea, no EC2, no table: Gitea waits 5 s for the answer and holds every other hook of the server meanwhile.
 * Never answers with a redirect, which Gitea would follow with the signature.
 */
export async function handleWebhook(request: WebhookRequest, tools: WebhookTools): Promise<WebhookAnswer> {
  if (request.method !== 'POST') return answer(405, `expected POST, got ${request.method.slice(0, 10)}`);
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) return answer(415, 'expected content type application/json: set it in the hook');
  const length = Number(request.headers['content-length'] ?? 0);
  const body = length > MOST_BYTES ? null : await request.readBody(MOST_BYTES);
  if (body === null || body.byteLength > MOST_BYTES) return answer(413, 'expected at most 2 MiB');
  if (!verifyDelivery({ body, signature: signatureOf(request.headers), secrets: await tools.secrets() })) {
    tools.log.warn('delivery refused', { status: 401, cause: 'signature' });
    return answer(401, 'the signature is missing or does not fit: is the secret of the hook that of WEBHOOK_SECRET?');
  }
  const receivedAt = tools.now();
  const delivery = parseDelivery(request.headers, body);
  const about = delivery.kind === 'refused' ? { fullName: delivery.repository, mirror: false } : { fullName: delivery.repository?.fullName ?? null, mirror: delivery.repository?.mirror ?? false };
  if (delivery.kind === 'refused' && delivery.code !== 'fields') return refused(400, delivery.sentence, tools);
  const stub = { kind: 'stub', receivedAt, id: delivery.id ?? '', event: delivery.event ?? '', repository: about.fullName } as const;
  if (delivery.kind === 'ignored') return queue({ ...stub, decision: 'ignored', sentence: delivery.sentence }, delivery.sentence, tools);
  if (about.fullName !== null && !listsRepository(tools.allowedRepositories, about.fullName, { mirror: about.mirror })) {
    const sentence = `repository ${about.fullName} is not in ALLOWED_REPOSITORIES${about.mirror ? ' (a mirror must be named without a glob)' : ''}`;
    return queue({ ...stub, decision: 'not-allowed', sentence }, 'ignored: the repository is not in ALLOWED_REPOSITORIES', tools);
  }
  if (delivery.kind === 'refused') return refused(400, delivery.sentence, tools);
  return queue({ kind: 'delivery', receivedAt, delivery }, `accepted: ${delivery.event}`, tools);
}

async function queue(message: QueueMessage, body: string, tools: WebhookTools): Promise<WebhookAnswer> {
  try {
    await tools.send(message);
    return answer(202, body);
  } catch (cause) {
    // Gitea does not try again; the sweep finds the job. 503 shows in Gitea's list of deliveries.
    tools.log.error('delivery could not be queued', { cause });
    return answer(503, 'the queue does not answer; the job is found by the next comparison with Gitea');
  }
}

function refused(status: 400, sentence: string, tools: WebhookTools): WebhookAnswer {
  tools.log.warn('delivery refused', { status, sentence });
  return answer(status, sentence);
}

function answer(status: WebhookAnswer['status'], body: string): WebhookAnswer {
  return { status, body };
}
