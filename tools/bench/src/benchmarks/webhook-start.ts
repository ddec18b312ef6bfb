import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Measured } from '../benchmark.js';
import { sampledRatio } from '../harness.js';
import { CALL_HANDLER, startProcess } from '../process-start.js';
import { queuedDelivery, secret } from '../queued-delivery.js';

const bundle = fileURLToPath(new URL('../../../../apps/dispatcher/dist/lambda-webhook.cjs', import.meta.url));

/** The least that a webhook can do: it checks, parses and sends. */
const BARE = `
const { createHmac, timingSafeEqual } = require('node:crypto');
const { request } = require('node:http');
const event = JSON.parse(process.argv[1]);
const body = Buffer.from(event.body, 'utf8');
const expected = createHmac('sha256', process.env.WEBHOOK_SECRET).update(body).digest();
if (!timingSafeEqual(Buffer.from(event.headers['x-gitea-signature'], 'hex'), expected)) throw new Error('signature');
const payload = JSON.parse(body.toString('utf8'));
const message = JSON.stringify({ QueueUrl: process.env.QUEUE_URL, MessageBody: JSON.stringify(payload.workflow_job) });
const answered = (status) => console.log(JSON.stringify({ ms: performance.now(), answer: { statusCode: status } }));
request(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(message) } }, (response) => {
  response.resume().on('end', () => answered(202));
}).end(message);
`;

/** A queue on loopback that takes whatever it is sent. */
async function startQueue() {
  const server = createServer((request, response) => void request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"MessageId":"1"}')));
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, end: () => void server.close() };
}

async function measure(): Promise<Measured> {
  if (!existsSync(bundle)) return { kind: 'missing', sentence: 'not built: npx nx run dispatcher:build' };
  const queue = await startQueue();
  const { headers, body } = queuedDelivery(1);
  const event = JSON.stringify({ rawPath: '/webhook', headers, body: Buffer.from(body).toString('utf8'), isBase64Encoded: false, requestContext: { http: { method: 'POST' } } });
  const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_ENDPOINT_URL: queue.url, QUEUE_URL: `${queue.url}/1/queue`, GITEA_URL: 'https://gitea.example.com', WEBHOOK_SECRET: secret, ALLOWED_REPOSITORIES: '*/*' };
  const msOf = async (script: string, args: readonly string[]) => {
    const { ms, answer } = await startProcess<{ readonly statusCode: number }>(script, args, environment);
    if (answer.statusCode !== 202) throw new Error(`expected 202, got ${JSON.stringify(answer)}`);
    return ms;
  };
  try {
    return await sampledRatio({ warmUps: 2, rounds: 20 }, { work: () => msOf(CALL_HANDLER, [bundle, event]), floor: () => msOf(BARE, [event]) });
  } finally {
    queue.end();
  }
}

export const webhookStart: readonly Benchmark[] = [{ id: 'webhook-start', what: 'webhook, from process start to its first answer, over a bare process that checks, parses and sends', unit: '×', budget: 2, measure }];
