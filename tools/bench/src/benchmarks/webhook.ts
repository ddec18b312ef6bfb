import { createHmac, timingSafeEqual } from 'node:crypto';
import { handleWebhook } from '@tinqs/dispatcher';
import type { Benchmark } from '../benchmark.js';
import { cpuOf, sampledRatio } from '../harness.js';
import { queuedDelivery, secret, type SignedBody } from '../queued-delivery.js';
import { silent } from '../silent.js';

const deliveries = Array.from({ length: 50 }, (_, index) => queuedDelivery(index + 1));
const delivery = (index: number): SignedBody => deliveries[index % deliveries.length]!;

/** The request that the SDK would make of it: SQS takes its messages as text inside JSON. */
const send = async (message: string): Promise<number> => JSON.stringify({ QueueUrl: 'https://queue.example.com/1/queue', MessageBody: message }).length;

/** The least that a webhook can do: check the signature, parse, pass the body on as it came. */
async function bareHandler({ headers, body }: SignedBody): Promise<{ readonly status: number; readonly body: string }> {
  const expected = createHmac('sha256', secret).update(body).digest();
  const claimed = Buffer.from(headers['x-gitea-signature'] ?? '', 'hex');
  if (claimed.byteLength !== expected.byteLength || !timingSafeEqual(claimed, expected)) return { status: 401, body: '' };
  const text = Buffer.from(body).toString('utf8');
  const payload = JSON.parse(text) as { readonly action?: unknown };
  if (typeof payload.action !== 'string') return { status: 400, body: '' };
  await send(text);
  return { status: 202, body: 'accepted' };
}

const tools: Parameters<typeof handleWebhook>[1] = {
  secrets: async () => [secret],
  allowedRepositories: ['acme/*'],
  send: async (message) => void (await send(JSON.stringify(message))),
  log: silent,
  now: Date.now,
};

async function handle(index: number): Promise<void> {
  const { headers, body } = delivery(index);
  const { status } = await handleWebhook({ method: 'POST', headers, readBody: async () => body }, tools);
  if (status !== 202) throw new Error(`expected 202, got ${status}`);
}

async function handleBare(index: number): Promise<void> {
  const { status } = await bareHandler(delivery(index));
  if (status !== 202) throw new Error(`expected 202, got ${status}`);
}

export const webhook: readonly Benchmark[] = [
  {
    id: 'webhook-cpu',
    what: 'warm webhook, CPU per event, over a bare handler that checks, parses and sends',
    unit: '×',
    budget: 1.5,
    measure: () => sampledRatio({ warmUps: 4, rounds: 20 }, { work: () => cpuOf(1_000, handle), floor: () => cpuOf(1_000, handleBare) }),
  },
];
