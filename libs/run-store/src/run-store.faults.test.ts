import * as fc from 'fast-check';
import type { StorePort } from '@tinqs/fleet';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, startEmbeddedTable, type EmbeddedTable } from './embedded-table.contract.js';
import { StoreUnavailableError } from './errors.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import { createRunStore, type RunStore } from './run-store.js';
import { delivery, endedJob, job, jobRecord, NOON, REPOSITORY, runner } from './samples.contract.js';

let embedded: EmbeddedTable;
let proxy: FaultProxy;
let faulty: ReturnType<typeof clientOf>;
let plain: ReturnType<typeof clientOf>;
let tables = 0;

beforeAll(async () => {
  embedded = await startEmbeddedTable();
  proxy = await startFaultProxy(embedded.endpoint);
  plain = clientOf(embedded.endpoint);
});
afterAll(async () => {
  plain.destroy();
  await proxy.close();
  await embedded.close();
});

let store: RunStore;
let beside: RunStore;
beforeEach(async () => {
  const table = `faults-${++tables}`;
  // Each test has a client of its own: the SDK counts failures, and a client with too many of them retries no more.
  faulty = clientOf(proxy.endpoint);
  store = createRunStore({ client: faulty, table, now: () => NOON });
  beside = createRunStore({ client: plain, table, now: () => NOON });
  await beside.ensureTable();
});
afterEach(() => {
  proxy.plan(() => undefined);
  faulty.destroy();
});

/** The next call meets the fault, all others pass. */
function once(fault: Parameters<FaultProxy['plan']>[0]): void {
  let met = false;
  proxy.plan((call) => {
    if (met) return undefined;
    met = true;
    return fault(call);
  });
}

const limits = { all: 9, perScope: 9, perClass: 9 };
const cap = (...names: string[]) => ({ names, classId: 'go', scope: 'repo-12', limits });

describe('an answer that is lost', () => {
  const second = { ...job(), version: 2 };
  it.each<readonly [string, (prepared: RunStore) => Promise<unknown>, (write: StorePort) => Promise<{ readonly kind: string } | void>, string | undefined]>([
    ['createJob', async () => undefined, (write) => write.createJob(job()), 'written'],
    ['replaceJob', (prepared) => prepared.createJob(job()), (write) => write.replaceJob(second), 'written'],
    ['rememberJob', async () => undefined, (write) => write.rememberJob(jobRecord()), 'written'],
    ['savePlan', async () => undefined, (write) => write.savePlan(REPOSITORY, { epoch: 1, grants: [] }), 'written'],
    ['createRunner', async () => undefined, (write) => write.createRunner(runner()), 'written'],
    ['replaceRunner', (prepared) => prepared.createRunner(runner()), (write) => write.replaceRunner(runner({ version: 2 })), 'written'],
    ['takeCap', (prepared) => prepared.takeCap(cap('other')), (write) => write.takeCap(cap('a', 'b')), 'taken'],
    ['finishJob', async () => undefined, (write) => write.finishJob(jobRecord({ final: { generation: 0, conclusion: 'success', at: NOON } })), undefined],
    ['deleteJob', (prepared) => prepared.createJob(job()), (write) => write.deleteJob('repo-12', '4411'), undefined],
  ])('does not turn a win of %s into a loss', async (_, prepare, write, kind) => {
    await prepare(beside);
    once(() => ({ kind: 'lose-answer' }));

    const outcome = await write(store);

    expect(outcome?.kind).toBe(kind);
  });

  it('does not turn a loss into a win either', async () => {
    await beside.createJob(job());
    once(() => ({ kind: 'lose-answer' }));

    expect(await store.createJob(job())).toEqual({ kind: 'conflict', current: job() });
  });

  it('leaves the win a win where others wrote on before the retry arrived', async () => {
    const grants = [{ name: 'mine', classId: 'go', jobId: '1', grantedAt: NOON }];
    let lost = false;
    let overtaken: Promise<unknown> = Promise.resolve();
    proxy.plan((call) => {
      if (call.operation !== 'UpdateItem' || lost) return undefined;
      lost = true;
      overtaken = (async () => {
        for (;;) if ((await beside.savePlan(REPOSITORY, { epoch: 2, grants })).kind === 'written') return;
      })();
      return { kind: 'lose-answer' };
    });

    const mine = await store.savePlan(REPOSITORY, { epoch: 1, grants });
    await overtaken;

    expect(mine.kind).toBe('written');
    expect((await beside.loadScope('repo-12')).plan.epoch).toBe(2);
  });

  it('is recognised when the caller repeats the call after every retry lost its answer', async () => {
    const mine = job();
    proxy.plan(() => ({ kind: 'lose-answer' }));
    await expect(store.createJob(mine)).rejects.toBeInstanceOf(StoreUnavailableError);
    proxy.plan(() => undefined);

    expect((await store.createJob(mine)).kind).toBe('written');
    expect((await store.createJob(job())).kind).toBe('conflict');
  });

  it('never turns a win into a loss, wherever answers are lost or calls dropped', async () => {
    const fault = fc.constantFrom('lose-answer' as const, 'drop' as const, undefined);
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 12 }), async (faults) => {
        const table = `faults-${++tables}`;
        const client = clientOf(proxy.endpoint);
        const mine = createRunStore({ client, table });
        const theirs = createRunStore({ client: plain, table });
        await theirs.ensureTable();
        const pending = [...faults];
        proxy.plan(() => {
          const kind = pending.shift();
          return kind === undefined ? undefined : { kind };
        });
        for (let version = 1; version <= 3; version += 1) {
          const wanted = job({ version });
          const outcome = await untilKnown(() => (version === 1 ? mine.createJob(wanted) : mine.replaceJob(wanted)));

          expect(outcome).toBe('written');
          expect((await theirs.loadScope('repo-12')).jobs.map((stored) => stored.version)).toEqual([version]);
        }
        client.destroy();
      }),
      { numRuns: 12 },
    );
  });
});

/** As a caller does: a write of unknown outcome is repeated with the same arguments. */
async function untilKnown(write: () => ReturnType<StorePort['createJob']>): Promise<string> {
  for (;;) {
    try {
      return (await write()).kind;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}

describe('a table that answers badly', () => {
  it.each([
    ['ProvisionedThroughputExceededException', 'throttled'],
    ['ThrottlingException', 'throttled'],
    ['InternalServerError', 'server-error'],
  ] as const)('is asked again after %s, and named in a typed error when it goes on', async (code, reason) => {
    once(() => ({ kind: 'error', code }));
    expect((await store.createJob(job())).kind).toBe('written');

    proxy.plan(() => ({ kind: 'error', code }));
    await expect(store.loadScope('repo-12')).rejects.toMatchObject({ name: 'StoreUnavailableError', operation: 'Query', reason, cause: { name: code } });
  });

  it('is unreachable where the connection ends again and again', async () => {
    proxy.plan(() => ({ kind: 'drop' }));

    await expect(store.createJob(job())).rejects.toMatchObject({ name: 'StoreUnavailableError', operation: 'UpdateItem', reason: 'unreachable' });
  });

  it('passes on what only a person can mend', async () => {
    proxy.plan(() => ({ kind: 'error', code: 'AccessDeniedException' }));

    await expect(store.loadScope('repo-12')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('costs time and nothing else where it is slow', async () => {
    proxy.plan((call) => (call.index % 2 === 0 ? { kind: 'delay', ms: 20 } : undefined));

    const outcomes = await Promise.all([store, beside].map((each) => each.createJob(job())));

    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['conflict', 'written']);
  });
});

describe('the calls that a job costs', () => {
  const calls = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = proxy.calls.length;
    await work();
    return proxy.calls.slice(before).map(({ operation }) => operation);
  };

  it.each<readonly [string, (write: RunStore) => Promise<unknown>, readonly string[]]>([
    ['rememberJob', (write) => write.rememberJob(jobRecord()), ['PutItem']],
    ['createJob', (write) => write.createJob(job()), ['UpdateItem']],
    ['loadScope', (write) => write.loadScope('repo-12'), ['Query']],
    ['savePlan', (write) => write.savePlan(REPOSITORY, { epoch: 1, grants: [] }), ['UpdateItem']],
    ['takeCap', (write) => write.takeCap(cap('a', 'b', 'c')), ['UpdateItem']],
    ['createRunner', (write) => write.createRunner(runner()), ['UpdateItem']],
    ['noteScope', (write) => write.noteScope(REPOSITORY), ['PutItem']],
    ['recordDelivery', (write) => write.recordDelivery(delivery()), ['PutItem']],
    ['pointTo', (write) => write.pointTo({ key: 'i-0', scope: 'repo-12', job: '1', runner: null }), ['UpdateItem']],
    ['recallJob', (write) => write.recallJob('4411'), ['GetItem']],
  ])('are as planned for %s', async (_, work, expected) => {
    await beside.takeCap(cap('warm'));

    expect(await calls(() => work(store))).toEqual(expected);
  });

  it('are queries and reads of single items, never a scan', async () => {
    await beside.rememberJob(jobRecord());
    await beside.createJob(job());
    await beside.noteScope(REPOSITORY);
    await beside.recordEnded(endedJob({ id: '1' }));

    const made = await calls(async () => {
      for (const reference of ['4411', 'build', 'acme/app#318', 'nobody']) await store.findJob(reference);
      await store.listLive();
      await store.listEnded({ from: NOON - 86_400_000, to: NOON + 86_400_000 });
      await store.listDeliveries({ day: '2030-01-31', limit: 3 });
      await store.expire();
    });

    expect(new Set(made)).toEqual(new Set(['Query', 'GetItem', 'PutItem']));
  });

  it('read what was written last, in every query and read', async () => {
    const before = proxy.calls.length;
    await store.loadScope('repo-12');
    await store.findJob('4411');
    await store.listCapHolders();

    const reads = proxy.calls.slice(before);
    expect(reads.length).toBeGreaterThan(3);
    for (const { body } of reads) expect(body['ConsistentRead']).toBe(true);
  });
});
