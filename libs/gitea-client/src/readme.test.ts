import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { DeliveryHeaders } from './delivery-headers.js';
import { recordedAnswer, recordedDelivery, recordedSecret } from './testing.js';

interface Example {
  readWebhook(headers: DeliveryHeaders, body: Uint8Array, secrets: readonly string[]): string;
  whatWaits(url: string, token: string): Promise<readonly string[]>;
}

const folder = new URL('../test-results/', import.meta.url);

/** The first block of the README as a module of its own, beside the package it imports by name. */
async function loadExample(): Promise<Example> {
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8')) ?? [];
  const file = new URL('readme-example.ts', folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, code);
  return (await import(/* @vite-ignore */ file.href)) as Example;
}

it('does what the README shows', async () => {
  const { readWebhook, whatWaits } = await loadExample();
  const { headers, body } = recordedDelivery('1.27', '020-workflow_job-queued-plain');
  const listing = recordedAnswer('api', '1.27', 'jobs-admin-queued');
  const server = createServer((_request, response) => void response.end(JSON.stringify(listing.body)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const waiting = await whatWaits(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'a-token');

  expect(readWebhook(headers, Buffer.from(body), ['another', recordedSecret])).toBe('build is queued');
  expect(readWebhook(headers, Buffer.from(body), ['another'])).toBe('not signed by us');
  expect(waiting[0]).toBe('acme/app: lonely wants nobody-has-this');
  server.closeAllConnections();
  server.close();
});
