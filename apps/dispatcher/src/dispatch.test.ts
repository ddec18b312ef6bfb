import { jobFromFact, META, scopeKey, type Controller, type FleetPorts, type FleetSettings, type JobFact, type Scope } from '@tinqs/fleet';
import { parseDelivery, type Delivery } from '@tinqs/gitea-client';
import { recordedDelivery } from '@tinqs/gitea-client/testing';
import type { QueueMessage } from '@tinqs/installation';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { describe, expect, it } from 'vitest';
import { dispatchBatch, type DispatchTools, type EventPlanner } from './dispatch.js';
import { createOnce } from './once.js';

const AT = 1_900_000_000_000;
const settings: FleetSettings = { installation: 'demo', classes: [], scopeKind: 'repository', maxRunners: 3, subnets: [], dailyBudget: null };

function deliveryOf(version: string, name: string): Delivery {
  const { headers, body } = recordedDelivery(version, name);
  const delivery = parseDelivery(headers, Buffer.from(body));
  if (delivery.kind === 'refused') throw new Error(delivery.sentence);
  // As it comes out of the queue.
  return JSON.parse(JSON.stringify(delivery)) as Delivery;
}

const message = (delivery: Delivery): QueueMessage => ({ kind: 'delivery', receivedAt: AT, delivery });
const queued = deliveryOf('1.25', '020-workflow_job-queued-plain');
const push = deliveryOf('1.25', '201-push-one-commit');

function dispatcher(change: { readonly record?: Controller['record']; readonly serve?: (scope: Scope) => Promise<void>; readonly planner?: Partial<EventPlanner> } = {}) {
  const facts: JobFact[] = [];
  const served: string[] = [];
  const logged: string[] = [];
  const log = (level: string) => (text: string, fields: object = {}) => void logged.push(`${level} ${text} ${JSON.stringify(fields)}`);
  const store = createMemoryRunStore({ now: () => AT });
  const unused = () => {
    throw new Error('not part of this test');
  };
  const tools: DispatchTools = {
    controller: {
      record: async (scope, fact) => (facts.push(fact), change.record === undefined ? { kind: 'recorded' } : change.record(scope, fact)) as Awaited<ReturnType<Controller['record']>>,
      serve: async (scope) => {
        served.push(scopeKey(scope));
        await change.serve?.(scope);
        return { granted: [], launched: [], held: [] };
      },
    },
    ports: { store, log: { info: log('info'), warn: log('warn'), error: log('error') }, now: () => AT, queue: { knock: unused }, gitea: {} as FleetPorts['gitea'], launcher: {} as FleetPorts['launcher'], server: unused },
    settings,
    source: 'auto',
    once: createOnce(),
    planner: { plan: async () => ({ scopes: [], sentence: 'planned' }), settle: async () => ({ scopes: [] }), look: async () => undefined, ...change.planner },
  };
  const dispatch = (...messages: readonly QueueMessage[]) => dispatchBatch(messages.map((each, index) => ({ id: `m${index}`, message: each })), tools);
  return { dispatch, facts, served, logged, store, deliveries: () => store.listDeliveries({ day: new Date(AT).toISOString().slice(0, 10), limit: 50 }) };
}

describe('dispatchBatch', () => {
  it('records every fact, then plans each scope once, whatever the number of its messages', async () => {
    const { dispatch, facts, served, deliveries } = dispatcher();

    expect(await dispatch(message(queued), message(queued), message(deliveryOf('1.25', '023-workflow_job-queued-repo-hook')))).toEqual([]);

    expect(facts).toHaveLength(3);
    expect(facts[0]).toMatchObject({ status: 'queued', via: 'delivery', seenAt: AT });
    expect(new Set(served).size).toBe(served.length);
    // A message that the queue hands out twice is one delivery.
    expect(await deliveries()).toHaveLength(2);
    expect((await deliveries())[0]).toMatchObject({ event: 'workflow_job', decision: 'recorded', sentence: expect.stringMatching(/^job \d+ ".*" queued$/) });
  });

  it.each<[what: string, slow: QueueMessage, planner: Partial<EventPlanner>]>([
    ['a push', message(push), { plan: () => new Promise(() => undefined) }],
    ['what a push has come to', { kind: 'settle', receivedAt: AT, delivery: push as Extract<QueueMessage, { kind: 'settle' }>['delivery'] }, { settle: () => new Promise(() => undefined) }],
    ['a knock', { kind: 'knock', scope: { kind: 'repository', id: 99, fullName: 'acme/other' } }, { look: () => new Promise(() => undefined) }],
  ])('launches for a job that is announced, however long Gitea takes to tell of %s beside it', async (_what, slow, planner) => {
    const { dispatch, served } = dispatcher({ planner });

    void dispatch(slow, message(queued));
    await new Promise((resolve) => setImmediate(resolve));

    expect(served).toHaveLength(1);
  });

  it('hands back only what could not be recorded; the others are acknowledged', async () => {
    let calls = 0;
    const { dispatch, served } = dispatcher({
      record: async () => {
        calls += 1;
        if (calls === 1) throw new Error('the table does not answer');
        return { kind: 'recorded' } as Awaited<ReturnType<Controller['record']>>;
      },
    });

    expect(await dispatch(message(queued), message(queued))).toEqual(['m0']);
    expect(served).toHaveLength(1);
  });

  it('hands back the messages of a scope that could not even be read: a failed launch is no such failure', async () => {
    const { dispatch } = dispatcher({ serve: () => Promise.reject(new Error('the table does not answer')) });

    expect(await dispatch(message(queued), { kind: 'stub', receivedAt: AT, id: 's', event: 'x', repository: null, decision: 'ignored', sentence: 'ignored: event x' })).toEqual(['m0']);
  });

  it('plans nothing for a job that waits on others, and says what a late fact changed', async () => {
    const blocked = { ...queued, job: { ...(queued as Extract<Delivery, { kind: 'workflow-job' }>).job, status: 'waiting' } } as Delivery;
    const { dispatch, served, deliveries } = dispatcher({ record: async () => ({ kind: 'stale' }) as unknown as Awaited<ReturnType<Controller['record']>> });

    await dispatch(message(blocked));

    expect(served).toEqual([]);
    expect((await deliveries())[0]?.sentence).toContain('nothing changed');
  });

  it.each(['1.24', '1.25', '1.26', '1.27'])('calls final what a deleted repository had waiting or running, and nothing of others (%s)', async (version) => {
    const deleted = deliveryOf(version, '249-repository-deleted') as Extract<Delivery, { kind: 'repository' }>;
    const { id, fullName } = deleted.repository;
    const { dispatch, store, facts, served, deliveries } = dispatcher();
    const told = (jobId: string, status: JobFact['status'], repositoryId = id): JobFact => ({ id: jobId, repository: { id: repositoryId, fullName }, runId: 1, name: jobId, labels: ['go'], status, conclusion: null, headSha: null, headBranch: null, url: null, runnerId: null, createdAt: null, seenAt: AT, via: 'delivery' });
    for (const fact of [told('1', 'queued'), told('2', 'blocked'), told('3', 'running'), told('4', 'done'), told('5', 'queued', id + 1)]) await store.createJob(jobFromFact(fact, `repo-${id}`));

    expect(await dispatch(message(deleted))).toEqual([]);
    expect(facts.map((fact) => [fact.id, fact.status, fact.conclusion])).toEqual([['1', 'done', 'gone'], ['2', 'done', 'gone'], ['3', 'done', 'gone']]);
    expect(served).toEqual([]);
    expect((await deliveries())[0]).toMatchObject({ event: 'repository', sentence: 'repository deleted: 3 open jobs are final' });
  });

  it('ends nothing of a repository that was made', async () => {
    const { dispatch, facts } = dispatcher();

    await dispatch(message(deliveryOf('1.27', '200-repository-created')));

    expect(facts).toEqual([]);
  });

  it('plans the scope of a knock, after a look at its planned jobs', async () => {
    const looked: Scope[] = [];
    const scope: Scope = { kind: 'repository', id: 7, fullName: 'acme/app' };
    const { dispatch, served, deliveries } = dispatcher({ planner: { look: async (each) => void looked.push(each) } });

    await dispatch({ kind: 'knock', scope });

    expect([looked, served]).toEqual([[scope], [scopeKey(scope)]]);
    expect(await deliveries()).toEqual([]);
  });

  it('records what the webhook turned away, with its reason, and plans nothing', async () => {
    const { dispatch, served, deliveries } = dispatcher();

    await dispatch({ kind: 'stub', receivedAt: AT, id: 'd', event: 'workflow_job', repository: 'evil/app', decision: 'not-allowed', sentence: 'repository evil/app is not in ALLOWED_REPOSITORIES' });

    expect(served).toEqual([]);
    expect(await deliveries()).toEqual([{ id: 'd', receivedAt: AT, event: 'workflow_job', repository: 'evil/app', decision: 'not-allowed', sentence: 'repository evil/app is not in ALLOWED_REPOSITORIES' }]);
  });

  it('asks the planner what a push means, and plans the scopes it names', async () => {
    const scope: Scope = { kind: 'repository', id: 7, fullName: 'acme/app' };
    const { dispatch, served, deliveries } = dispatcher({ planner: { plan: async () => ({ scopes: [scope], sentence: '1 of 2 workflows runs' }) } });

    await dispatch(message(push));

    expect(served).toEqual([scopeKey(scope)]);
    expect(await deliveries()).toMatchObject([{ event: 'push', decision: 'planned', sentence: '1 of 2 workflows runs' }]);
  });

  it('writes the classes into the table once per start, for the sweep and the command line', async () => {
    const { dispatch, store } = dispatcher();

    await dispatch(message(queued));
    await store.writeMeta(META.classes, 'changed since');
    await dispatch(message(queued));

    expect(await store.readMeta(META.classes)).toBe('changed since');
  });

  it('says an unknown word of a newer server once, and carries on', async () => {
    const strange = { ...queued, unknown: [{ path: 'workflow_job.status', word: 'pondering' }] } as unknown as Delivery;
    const { dispatch, logged, facts } = dispatcher();

    await dispatch(message(strange), message(strange));

    expect(facts).toHaveLength(2);
    expect(logged.filter((line) => line.includes('pondering'))).toHaveLength(1);
  });

  it('lets the log of deliveries fail without failing the message', async () => {
    const { dispatch, store, logged } = dispatcher();
    store.recordDelivery = () => Promise.reject(new Error('the table does not answer'));

    expect(await dispatch(message(queued))).toEqual([]);
    expect(logged.join()).toContain('log of deliveries could not be written');
  });
});

describe('createOnce', () => {
  it('remembers at most so many things: a hostile payload does not fill the memory, nor the log', () => {
    const once = createOnce(2);

    expect(['a', 'a', 'b', 'c', 'a', 'd'].map((each) => once.isFirst(each))).toEqual([true, false, true, false, false, false]);
  });
});
