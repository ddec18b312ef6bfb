import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { clientOf, startEmbeddedTable, type EmbeddedTable } from './embedded-table.contract.js';
import { createRunStore, type RunStore } from './run-store.js';
import { describeRunStore } from './run-store.contract.js';
import { NOON } from './samples.contract.js';

let embedded: EmbeddedTable;
let clients: readonly DynamoDBClient[];
let tables = 0;
beforeAll(async () => {
  embedded = await startEmbeddedTable();
  clients = [clientOf(embedded.endpoint), clientOf(embedded.endpoint)];
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await embedded.close();
});

describeRunStore('the store in a table', async () => {
  const clock = { now: NOON };
  const table = `runs-${++tables}`;
  const [store, beside] = clients.map((client) => createRunStore({ client, table, now: () => clock.now })) as [RunStore, RunStore];
  await store.ensureTable();
  return { store, beside, clock, close: async () => undefined };
});
