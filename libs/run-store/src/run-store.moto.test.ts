import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { clientOf } from './embedded-table.contract.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import { hasMoto, startMoto, type Moto } from './moto.contract.js';
import { createRunStore, type RunStore } from './run-store.js';
import { describeRunStore } from './run-store.contract.js';
import { NOON } from './samples.contract.js';

describe.skipIf(!hasMoto)(`on moto${hasMoto ? '' : " (not installed: pip install 'moto[server]')"}`, () => {
  let moto: Moto;
  let proxy: FaultProxy;
  let clients: readonly DynamoDBClient[];
  let tables = 0;
  beforeAll(async () => {
    moto = await startMoto();
    // Its threads take no locks, so that concurrent writes are lost: one call after the other.
    proxy = await startFaultProxy(moto.endpoint, { oneAtATime: true });
    clients = [clientOf(proxy.endpoint), clientOf(proxy.endpoint)];
  }, 180_000);
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await proxy.close();
    await moto.close();
  });

  const open = async () => {
    const clock = { now: NOON };
    const table = `runs-${++tables}`;
    const [store, beside] = clients.map((client) => createRunStore({ client, table, now: () => clock.now })) as [RunStore, RunStore];
    await store.ensureTable();
    return { store, beside, clock, close: async () => undefined };
  };
  describeRunStore('the store in a table', open, { finding: false });
});
