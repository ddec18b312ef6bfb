import { GetItemCommand, PutItemCommand, ScanCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encode } from './attribute-value.js';
import { clientOf, startEmbeddedTable, type EmbeddedTable } from './embedded-table.contract.js';
import { SCHEMA_VERSION } from './item-schema.js';
import { createRunStore, type RunStore } from './run-store.js';
import { delivery, endedJob, endedRunner, job, jobRecord, NOON, REPOSITORY, runner } from './samples.contract.js';

let embedded: EmbeddedTable;
let client: DynamoDBClient;
let table: string;
let store: RunStore;
let tables = 0;

beforeAll(async () => {
  embedded = await startEmbeddedTable();
  client = clientOf(embedded.endpoint);
});
afterAll(async () => {
  client.destroy();
  await embedded.close();
});
beforeEach(async () => {
  table = `layout-${++tables}`;
  store = createRunStore({ client, table, now: () => NOON });
  await store.ensureTable();
});

async function stored(): Promise<readonly Record<string, AttributeValue>[]> {
  return (await client.send(new ScanCommand({ TableName: table }))).Items ?? [];
}

async function writeEverything(): Promise<void> {
  await store.createJob(job());
  await store.savePlan(REPOSITORY, { epoch: 1, grants: [] });
  await store.createRunner(runner());
  await store.rememberJob(jobRecord({ id: '1' }));
  await store.finishJob(jobRecord({ id: '2', final: { generation: 0, conclusion: null, at: NOON } }));
  await store.takeCap({ names: ['a'], classId: 'go', scope: 'repo-12', limits: { all: 1, perClass: 1, perScope: 1 } });
  await store.saveRest({ pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, cause: 'capacity', code: 'InsufficientInstanceCapacity', failures: 1, until: NOON });
  await store.saveBreaker({ classId: 'go', amiId: 'ami-1', failures: [], openUntil: null });
  await store.noteRerun({ runId: 901, job: 'build', at: NOON, runner: 'tinqs-ci-k3-go-c.1.0' });
  await store.noteScope(REPOSITORY);
  await store.writeMeta('PAUSE', true);
  await store.recordDelivery(delivery());
  await store.recordEnded(endedJob({ id: '3' }));
  await store.recordEnded(endedRunner());
  await store.pointTo({ key: 'https://git.example/Acme/App/actions/runs/1/jobs/2', scope: 'repo-12', job: '2', runner: null });
}

describe('the items of the table', () => {
  it('lie where the design has them, with a time to live on what is not live and on nothing else', async () => {
    await writeEverything();

    const rows = (await stored()).map((item) => `${item['pk']!.S} | ${item['sk']!.S}${item['ttl'] === undefined ? '' : ` | ttl +${Math.round((Number(item['ttl'].N) - NOON / 1_000) / 86_400)} d`}`);

    expect(rows.sort()).toEqual([
      'BREAKER | BREAKER#go/ami-1',
      'CAP | CAP',
      'DELIVERY#2030-01-31 | 2030-01-31T12:00:00.000Z#5f0c | ttl +7 d',
      'DONE#2030-01-31 | 2030-01-31T12:01:00.000Z#job#3 | ttl +90 d',
      'DONE#2030-01-31 | 2030-01-31T12:01:30.000Z#runner#tinqs-ci-k3-go-c.1.0 | ttl +90 d',
      'JOB#1 | JOB',
      'JOB#2 | JOB | ttl +90 d',
      'META | PAUSE',
      'META | SCOPE#repo-12',
      'POOL | REST#t3.small/s/spot | ttl +1 d',
      'REF#/acme/app/actions/runs/1/jobs/2 | REF | ttl +90 d',
      'REF#/acme/app/actions/runs/318 | REF | ttl +90 d',
      'REF#/acme/app/actions/runs/318/jobs/3 | REF | ttl +90 d',
      'REF#i-0abc | REF | ttl +90 d',
      'REF#job:3 | REF | ttl +90 d',
      'REF#job:4411 | RUNNER#tinqs-ci-k3-go-c.1.0 | ttl +90 d',
      'REF#name:build | REF | ttl +90 d',
      'REF#run-id:acme/app#901 | REF | ttl +90 d',
      'REF#run:acme/app#318 | REF | ttl +90 d',
      'REF#runner-id:77 | REF | ttl +90 d',
      'REF#tail:go-c.1.0 | REF | ttl +90 d',
      'REF#tinqs-ci-k3-go-c.1.0 | REF | ttl +90 d',
      'RERUN | RERUN#901#build | ttl +90 d',
      'SCOPE#repo-12 | JOB#4411',
      'SCOPE#repo-12 | PLAN',
      'SCOPE#repo-12 | RUNNER#tinqs-ci-k3-go-c.1.0',
    ]);
  });

  it('carry the schema version, each of them', async () => {
    await writeEverything();

    for (const item of await stored()) expect(item['v']).toEqual({ N: String(SCHEMA_VERSION) });
  });

  it('are maps that any console shows, not opaque text', async () => {
    await store.createJob(job({ reasons: [{ at: NOON, code: 'BLOCKED', sentence: '', remedy: null }] }));

    const { Item: item } = await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: 'SCOPE#repo-12' }, sk: { S: 'JOB#4411' } } }));

    expect(item?.['version']).toEqual({ N: '1' });
    expect(item?.['job']?.M).toMatchObject({ status: { S: 'queued' }, name: { S: 'build' }, labels: { L: [{ S: 'go' }] }, repository: { M: { id: { N: '12' } } }, reasons: { L: [{ M: { sentence: { S: '' }, remedy: { NULL: true } } }] } });
  });

  it('hold who has a place, under each cap', async () => {
    await store.takeCap({ names: ['a', 'b'], classId: 'go', scope: 'repo-12', limits: { all: 9, perClass: 9, perScope: 9 } });
    await store.takeCap({ names: ['c'], classId: 'node', scope: 'repo-12', limits: { all: 9, perClass: 9, perScope: 9 } });
    await store.releaseCap([{ name: 'b', classId: 'go', scope: 'repo-12', since: NOON }]);

    const [item] = await stored();

    expect(Object.fromEntries(Object.entries(item!).flatMap(([key, value]) => (value.M === undefined ? [] : [[key, Object.keys(value.M).sort()]])))).toEqual({ all: ['a', 'c'], 'class:go': ['a'], 'class:node': ['c'], 'scope:repo-12': ['a', 'c'] });
  });

  it('lose the map of a scope that is forgotten, once nobody holds a place in it', async () => {
    await store.takeCap({ names: ['a'], classId: 'go', scope: 'repo-12', limits: { all: 9, perClass: 9, perScope: 9 } });
    await store.forgetScope('repo-12');
    expect(Object.keys((await stored())[0]!)).toContain('scope:repo-12');

    await store.releaseCap(await store.listCapHolders());
    await store.forgetScope('repo-12');
    expect(Object.keys((await stored())[0]!)).not.toContain('scope:repo-12');
  });

  it('are found beyond the first page of a query', async () => {
    const detail = 'x'.repeat(90_000);
    for (let index = 0; index < 16; index += 1) await store.createJob(job({ id: String(100 + index), timeline: [{ at: NOON, event: 'e', detail }] }));
    await store.createRunner(runner());

    const scope = await store.loadScope('repo-12');

    expect(scope.jobs).toHaveLength(16);
    expect(scope.runners).toHaveLength(1);
  });
});

describe('an item of another version', () => {
  const put = (version: number | undefined, content: object) =>
    client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: 'SCOPE#repo-12' }, sk: { S: 'JOB#4411' }, version: { N: '1' }, ...(version === undefined ? {} : { v: { N: String(version) } }), ...Object.fromEntries(Object.entries(content).map(([key, value]) => [key, encode(value)])) } }));

  it('is read where it is the one before, and what its writer did not know is absent', async () => {
    const { caller: _, idleOuts: __, timeline: ___, ...older } = job();
    await put(SCHEMA_VERSION - 1, { job: older });

    expect((await store.loadScope('repo-12')).jobs).toEqual([job({ caller: null, idleOuts: 0, timeline: [] })]);
  });

  it('keeps what a newer writer of the same schema added', async () => {
    await put(SCHEMA_VERSION, { job: { ...job(), colour: 'red' } });

    expect((await store.loadScope('repo-12')).jobs[0]).toMatchObject({ colour: 'red' });
  });

  it.each([
    ['a newer one', SCHEMA_VERSION + 1, { job: job() }, `SCOPE#repo-12 / JOB#4411 has schema ${SCHEMA_VERSION + 1}, this version reads up to ${SCHEMA_VERSION}; a newer tinqs-ci wrote it: deploy the same version`],
    ['one long gone', SCHEMA_VERSION - 2, { job: job() }, `this version reads from ${SCHEMA_VERSION - 1}`],
    ['another program', undefined, { job: job() }, 'has no schema version; something else wrote it: give tinqs-ci a table of its own (DDB_TABLE)'],
    ['an editor', SCHEMA_VERSION, {}, 'has no attribute "job"'],
  ])('is refused where %s wrote it, with what to do', async (_, version, content, message) => {
    await put(version, content);

    await expect(store.loadScope('repo-12')).rejects.toMatchObject({ name: 'ItemSchemaError', message: expect.stringContaining(message) as string });
    await expect(store.createJob(job())).rejects.toMatchObject({ name: 'ItemSchemaError' });
  });
});
