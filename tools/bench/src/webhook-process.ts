/**
 * A webhook behind `node:http`, in a process of its own: `ours` is `handleWebhook`, `bare` the least that a webhook can do.
 * Sending is, on both sides, the JSON that SQS takes. Prints its address; `GET /` answers the processor time it has used, in µs.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { handleWebhook } from '@tinqs/dispatcher';
import { secret } from './queued-delivery.js';
import { silent } from './silent.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const send = async (message: string): Promise<number> => JSON.stringify({ QueueUrl: 'https://queue.example.com/1/queue', MessageBody: message }).length;

async function bare(request: IncomingMessage): Promise<Answer> {
  const body = await buffer(request);
  const expected = createHmac('sha256', secret).update(body).digest();
  const claimed = Buffer.from(String(request.headers['x-gitea-signature']), 'hex');
  if (claimed.byteLength !== expected.byteLength || !timingSafeEqual(claimed, expected)) return { status: 401, body: '' };
  const text = body.toString('utf8');
  const payload = JSON.parse(text) as { readonly action?: unknown };
  if (typeof payload.action !== 'string') return { status: 400, body: '' };
  await send(text);
  return { status: 202, body: 'accepted' };
}

const tools: Parameters<typeof handleWebhook>[1] = { secrets: async () => [secret], allowedRepositories: ['acme/*'], send: async (message) => void (await send(JSON.stringify(message))), log: silent, now: Date.now };

const ours = (request: IncomingMessage): Promise<Answer> => handleWebhook({ method: request.method ?? '', headers: request.headers as { readonly [name: string]: string }, readBody: () => buffer(request) }, tools);

const handler = process.argv[2] === 'ours' ? ours : bare;
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const { user, system } = process.cpuUsage();
    response.end(String(user + system));
    return;
  }
  void handler(request).then(({ status, body }) => response.writeHead(status).end(body));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('disconnect', () => process.exit(0));
