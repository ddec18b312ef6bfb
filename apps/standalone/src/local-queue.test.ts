import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunStore } from '@tinqs/run-store';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueMessage } from '@tinqs/installation';
import { openEmbeddedStore, type EmbeddedStore } from './embedded-store.js';
import { createLocalQueue, type LocalQueue } from './local-queue.js';

const TABLE = 'queue-test';
const stub = (id: string): QueueMessage => ({ kind: 'stub', receivedAt: 0, id, event: 'push', repository: null, decision: 'ignored', sentence: '' });
const idOf = (message: QueueMessage): string => (message.kind === 'stub' ? message.id : message.kind);

describe('the queue of npm start', () => {
  let folder: string;
  let store: EmbeddedStore;
  const queues: LocalQueue[] = [];
  const errors: unknown[] = [];

  const open = (): LocalQueue => {
    const queue = createLocalQueue({ client: store.client, table: TABLE, now: Date.now, onError: (cause) => errors.push(cause) });
    queues.push(queue);
    return queue;
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-queue-'));
    store = await openEmbeddedStore(folder);
    await createRunStore({ client: store.client, table: TABLE }).ensureTable();
    errors.length = 0;
  });
  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.stop()));
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('hands out what was sent, once', async () => {
    const queue = open();
    const handed: string[] = [];
    await queue.start(async (batch) => {
      handed.push(...batch.map(({ message }) => idOf(message)));
      return [];
    });

    await Promise.all(['a', 'b', 'c'].map((id) => queue.send(stub(id))));
    await until(() => handed.length >= 3);
    expect(handed.sort()).toEqual(['a', 'b', 'c']);
  });

  it('hands what an earlier process took and did not finish to the next one', async () => {
    const first = open();
    await first.send(stub('left'));
    await first.stop();

    const handed: string[] = [];
    await open().start(async (batch) => {
      handed.push(...batch.map(({ message }) => idOf(message)));
      return [];
    });
    await until(() => handed.length > 0);
    expect(handed).toEqual(['left']);
  });

  it('hands out again what failed, and only that', async () => {
    const queue = open();
    const handed: string[] = [];
    await queue.start(async (batch) => {
      const first = batch.filter(({ message }) => idOf(message) === 'bad' && !handed.includes('bad'));
      handed.push(...batch.map(({ message }) => idOf(message)));
      return first.map(({ id }) => id);
    });

    await queue.send(stub('bad'));
    await queue.send(stub('good'));
    await until(() => handed.filter((id) => id === 'bad').length === 2);
    expect(handed.filter((id) => id === 'good')).toHaveLength(1);
    expect(queue.depth()).toBe(0);
  });

  it('goes on when the work throws', async () => {
    const queue = open();
    let calls = 0;
    await queue.start(async () => {
      calls += 1;
      if (calls === 1) throw new Error('once');
      return [];
    });

    await queue.send(stub('a'));
    await until(() => calls === 2);
    expect(String(errors[0])).toContain('once');
  });

  it('keeps one knock per scope, the sooner one', async () => {
    const queue = open();
    const scope = { kind: 'repository', id: 1, fullName: 'acme/app' } as const;
    await queue.knock(scope, 60_000);
    await queue.knock(scope, 0);
    await queue.knock(scope, 30_000);
    expect(queue.depth()).toBe(1);

    const handed: QueueMessage[] = [];
    await queue.start(async (batch) => {
      handed.push(...batch.map(({ message }) => message));
      return [];
    });
    await until(() => handed.length > 0);
    expect(handed).toEqual([{ kind: 'knock', scope }]);
  });
});
