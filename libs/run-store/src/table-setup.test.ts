import { CreateTableCommand, type DynamoDBClient, type KeySchemaElement, type ScalarAttributeType } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, startEmbeddedTable, type EmbeddedTable } from './embedded-table.contract.js';
import { createRunStore } from './run-store.js';
import { job } from './samples.contract.js';

let embedded: EmbeddedTable;
let client: DynamoDBClient;
beforeAll(async () => {
  embedded = await startEmbeddedTable();
  client = clientOf(embedded.endpoint);
});
afterAll(async () => {
  client.destroy();
  await embedded.close();
});

async function makeTable(table: string, keys: readonly (readonly [name: string, kind: KeySchemaElement['KeyType'], type: ScalarAttributeType])[]): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map(([AttributeName, , AttributeType]) => ({ AttributeName, AttributeType })),
      KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
    }),
  );
}

describe('the table', () => {
  it('is made once, also by two processes at once, and says what it is', async () => {
    const stores = [1, 2, 3].map(() => createRunStore({ client, table: 'made' }));

    await Promise.all(stores.map((store) => store.ensureTable()));
    await stores[0]!.ensureTable();

    expect(await stores[0]!.describe()).toEqual({ table: 'made', status: 'ACTIVE', items: 0, expires: false });
  });

  it('is missing, and every call says what makes it', async () => {
    const store = createRunStore({ client, table: 'missing' });

    for (const call of [() => store.describe(), () => store.loadScope('repo-12'), () => store.createJob(job())]) {
      await expect(call()).rejects.toMatchObject({ name: 'TableMissingError', message: 'table "missing" does not exist (or not in this region and account): nx run dispatcher:deploy makes it; if it has another name, set DDB_TABLE' });
    }
  });

  it.each<readonly [string, Parameters<typeof makeTable>[1], string]>([
    ['one key', [['id', 'HASH', 'S']], 'id HASH S'],
    ['other names', [['job', 'HASH', 'S'], ['at', 'RANGE', 'S']], 'job HASH S and at RANGE S'],
    ['a number as sort key', [['pk', 'HASH', 'S'], ['sk', 'RANGE', 'N']], 'pk HASH S and sk RANGE N'],
  ])('is refused where it has %s', async (name, keys, found) => {
    const table = `shape-${name.replaceAll(' ', '-')}`;
    await makeTable(table, keys);
    const store = createRunStore({ client, table });

    const refusal = { name: 'TableShapeError', message: `table "${table}" has the keys ${found}, expected the string keys pk (partition) and sk (sort): it belongs to another program; set DDB_TABLE=${table}-2, then nx run dispatcher:deploy` };
    await expect(store.describe()).rejects.toMatchObject(refusal);
    await expect(store.ensureTable()).rejects.toMatchObject(refusal);
    await expect(store.createJob(job())).rejects.toMatchObject({ name: 'TableShapeError' });
    await expect(store.recallJob('1')).rejects.toMatchObject({ name: 'TableShapeError' });
  });
});
