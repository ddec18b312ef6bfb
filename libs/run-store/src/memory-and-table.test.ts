import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StorePort } from '@tinqs/fleet';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, startEmbeddedTable, type EmbeddedTable } from './embedded-table.contract.js';
import { dayOf } from './item-key.js';
import { createMemoryRunStore } from './memory-run-store.js';
import { createRunStore, type RunStore } from './run-store.js';
import { delivery, endedJob, endedRunner, job, jobRecord, NOON, REPOSITORY, runner } from './samples.contract.js';

let embedded: EmbeddedTable;
let client: DynamoDBClient;
let tables = 0;
beforeAll(async () => {
  embedded = await startEmbeddedTable();
  client = clientOf(embedded.endpoint);
});
afterAll(async () => {
  client.destroy();
  await embedded.close();
});

const DAY = 86_400_000;
type Call = (store: RunStore, now: number) => Promise<unknown>;
interface Step {
  readonly call: Call;
  /** Milliseconds that pass before it. */
  readonly later: number;
  readonly title: string;
}

const text = fc.oneof(fc.constantFrom('', 'a', '\ud800', '__proto__'), fc.string({ maxLength: 5 }));
const scope = fc.constantFrom('repo-12', 'owner-acme');
const id = fc.constantFrom('1', '10', '9', 'planned:é');
const name = fc.constantFrom('tinqs-ci-k3-go-c.1.0', 'tinqs-ci-k3-go-c.1.1', 'x', 'y', 'z');
const version = fc.integer({ min: 1, max: 4 });
const moment = fc.integer({ min: 0, max: 3 }).map((days) => NOON + days * DAY);
/** How long ago: history is written when it happens, or a little later. */
const ago = fc.integer({ min: 0, max: 3 }).map((days) => days * DAY);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const aJob = fc.record({ id, scope, version, name: text, labels: fc.array(text, { maxLength: 3 }), status: fc.constantFrom('queued', 'blocked', 'running', 'done' as const), notBefore: optional(moment), queuedAt: moment }).map(job);
const aRunner = fc.record({ name, scope, version, instanceId: optional(fc.constantFrom('i-1', 'i-2')), launchedFor: id, ran: optional(id), stages: fc.record({ granted: moment, launched: moment }, { requiredKeys: [] }) }).map((fields) => runner(fields));
const final = fc.record({ generation: fc.integer({ min: 0, max: 2 }), conclusion: optional(text), at: moment });
const caps = fc.record({ names: fc.array(name, { maxLength: 4 }), classId: fc.constantFrom('go', 'node'), scope, limits: fc.record({ all: fc.integer({ min: 0, max: 4 }), perClass: fc.constantFrom(0, 2, 3, Infinity), perScope: fc.constantFrom(1, 3, Infinity) }) });
const reference = fc.constantFrom('1', '10', 'a', 'acme/app#318', 'i-1', 'go-c.1.0', 'x', '/acme/app/actions/runs/318/jobs/1', '');
const pool = fc.record({ instanceType: fc.constantFrom('t3.small', 't3a.small'), subnet: fc.constant('s'), market: fc.constantFrom('spot', 'on-demand' as const) });

/** Calls with one argument of that shape, on both stores. The first call of the same object may be repeated. */
function calls<Argument>(title: string, argument: fc.Arbitrary<Argument>, call: (store: RunStore, argument: Argument, now: number) => Promise<unknown>): fc.Arbitrary<Step> {
  return fc.tuple(argument, fc.constantFrom(0, 0, 1, DAY, 40 * DAY)).map(([given, later]) => ({ title: `${title} ${JSON.stringify(given)}`, later, call: (store, now) => call(store, given, now) }));
}

const step: fc.Arbitrary<Step> = fc.oneof(
  calls('createJob', aJob, (store, given) => store.createJob(given)),
  calls('replaceJob', aJob, (store, given) => store.replaceJob(given)),
  calls('deleteJob', fc.tuple(scope, id, fc.option(version, { nil: undefined })), (store, given) => store.deleteJob(...given)),
  calls('rememberJob', id, (store, given) => store.rememberJob(jobRecord({ id: given }))),
  calls('finishJob', fc.tuple(id, final), (store, [given, end]) => store.finishJob(jobRecord({ id: given, final: end }))),
  calls('recallJob', id, (store, given) => store.recallJob(given)),
  calls('savePlan', fc.record({ epoch: version, grants: fc.constant([]) }), (store, given) => store.savePlan(REPOSITORY, given)),
  calls('createRunner', aRunner, (store, given) => store.createRunner(given)),
  calls('replaceRunner', aRunner, (store, given) => store.replaceRunner(given)),
  calls('deleteRunner', fc.tuple(scope, name), (store, given) => store.deleteRunner(...given)),
  calls('loadScope', scope, (store, given) => store.loadScope(given)),
  calls('takeCap', caps, (store, given) => store.takeCap(given)),
  calls('releaseCap', fc.array(name, { maxLength: 3 }), (store, given) => store.releaseCap(given.map((each) => ({ name: each, classId: 'go', scope: 'repo-12', since: 0 })))),
  calls('listCapHolders', fc.constant(null), (store) => store.listCapHolders()),
  calls('saveRest', fc.record({ pool, cause: fc.constant('capacity' as const), code: text, failures: version, until: moment }), (store, given) => store.saveRest(given)),
  calls('saveBreaker', fc.record({ classId: text, amiId: text, failures: fc.constant([]), openUntil: optional(moment) }), (store, given) => store.saveBreaker(given)),
  calls('noteRerun', fc.tuple(fc.record({ runId: version, job: fc.oneof(text, fc.constant('é')), runner: name }), ago), (store, [given, past], now) => store.noteRerun({ ...given, at: now - past })),
  calls('recallRerun', fc.record({ runId: version, job: fc.oneof(text, fc.constant('é')) }), (store, given) => store.recallRerun(given)),
  calls('noteScope', fc.constantFrom(REPOSITORY, { kind: 'owner', name: 'Acme' } as const), (store, given) => store.noteScope(given)),
  calls('forgetScope', scope, (store, given) => store.forgetScope(given)),
  calls('listScopes', fc.constant(null), (store) => store.listScopes()),
  calls('recordEnded job', fc.tuple(aJob, ago), (store, [given, past], now) => store.recordEnded(endedJob(given, now - past))),
  calls('recordEnded runner', fc.tuple(aRunner, ago), (store, [given, past], now) => store.recordEnded(endedRunner(given, now - past))),
  calls('recordDelivery', fc.tuple(text, ago), (store, [given, past], now) => store.recordDelivery(delivery({ id: given, receivedAt: now - past }))),
  calls('pointTo', fc.record({ key: fc.oneof(reference, name), scope, job: optional(id), runner: optional(name) }), (store, given) => store.pointTo(given)),
  calls('writeMeta', fc.tuple(fc.constantFrom('PAUSE', 'SWEEP', 'é'), fc.jsonValue({ maxDepth: 3 })), (store, [key, given]) => store.writeMeta(key, JSON.parse(JSON.stringify(given)))),
  calls('readMeta', fc.constantFrom('PAUSE', 'SWEEP', 'é'), (store, given) => store.readMeta(given)),
  calls('findJob', reference, (store, given) => store.findJob(given)),
  calls('findRunner', fc.oneof(reference, fc.constant('77')), (store, given) => store.findRunner(given)),
  calls('listLive', fc.constant(null), (store) => store.listLive()),
  calls('listEnded', fc.tuple(ago, ago), (store, [from, to], now) => store.listEnded({ from: now - from, to: now + DAY - to })),
  calls('listDeliveries', fc.tuple(ago, fc.integer({ min: 0, max: 4 })), (store, [past, limit], now) => store.listDeliveries({ day: dayOf(now - past), limit })),
  calls('expire', fc.constant(null), (store) => store.expire()),
);

describe('the store in memory and the store in a table', () => {
  it('answer every sequence of calls alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
        const clock = { now: NOON };
        const memory = createMemoryRunStore({ now: () => clock.now });
        const table = createRunStore({ client, table: `model-${++tables}`, now: () => clock.now });
        await table.ensureTable();
        // The first pass reaches back a month, each later one to the pass before.
        await table.expire();
        const everything: readonly Step[] = [
          { title: 'rests', later: 0, call: (store) => store.listRests() },
          { title: 'breakers', later: 0, call: (store) => store.listBreakers() },
        ];
        for (const { title, later, call } of [...steps, ...everything]) {
          clock.now += later;
          const [expected, found] = [await call(memory, clock.now), await call(table, clock.now)];
          expect({ title, answer: found }).toEqual({ title, answer: expected });
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    );
  });

  it('never let a version fall or a cap be passed, whoever calls at once', async () => {
    const work = fc.array(fc.oneof(fc.record({ kind: fc.constant('write' as const), tries: version }), fc.record({ kind: fc.constant('take' as const), name }), fc.record({ kind: fc.constant('release' as const), name })), { minLength: 4, maxLength: 12 });
    const limits = { all: 2, perClass: 2, perScope: 2 };
    const holder = (each: string) => ({ name: each, classId: 'go', scope: 'repo-12', since: 0 });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { minLength: 2, maxLength: 4 }), async (workers) => {
        const table = createRunStore({ client, table: `model-${++tables}` });
        await table.ensureTable();
        for (const store of [createMemoryRunStore(), table] satisfies StorePort[]) {
          const seen: number[] = [];
          await Promise.all(
            workers.map(async (tasks) => {
              for (const task of tasks) {
                if (task.kind === 'write') {
                  const current = (await store.loadScope('repo-12')).jobs[0];
                  const next = job({ version: (current?.version ?? 0) + 1 });
                  const written = current === undefined ? await store.createJob(next) : await store.replaceJob(next);
                  if (written.kind === 'written') seen.push(next.version);
                  else expect(written.current!.version).toBeGreaterThanOrEqual(next.version);
                }
                if (task.kind === 'take') await store.takeCap({ names: [task.name], classId: 'go', scope: 'repo-12', limits });
                if (task.kind === 'release') await store.releaseCap([holder(task.name)]);
                expect((await store.listCapHolders()).length).toBeLessThanOrEqual(limits.all);
              }
            }),
          );
          expect([...seen].sort((left, right) => left - right)).toEqual(seen.map((_, index) => index + 1));
        }
      }),
      { numRuns: 15, interruptAfterTimeLimit: 15_000 },
    );
  });
});
