import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { createRunStore } from '@tinqs/run-store';
import { afterEach, describe, expect, it } from 'vitest';
import { openEmbeddedStore } from './embedded-store.js';

const folder = mkdtempSync(join(tmpdir(), 'embedded-store-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the embedded store', () => {
  it('answers what it was asked before it closes: a read that is cut off would end the process', async () => {
    const { client, close } = await openEmbeddedStore(folder);
    const store = createRunStore({ client, table: 'runs', now: () => 0 });
    await store.ensureTable();
    await Promise.all(Array.from({ length: 40 }, (_, index) => store.writeMeta(`fact-${index}`, index)));
    const query = new QueryCommand({ TableName: 'runs', KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'META' } }, ConsistentRead: true });

    const asked = Promise.allSettled(Array.from({ length: 20 }, () => client.send(query)));
    await close();

    expect((await asked).map((each) => each.status)).toEqual(Array.from({ length: 20 }, () => 'fulfilled'));
  });
});
