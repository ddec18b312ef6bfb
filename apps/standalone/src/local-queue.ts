import { randomUUID } from 'node:crypto';
import { DeleteItemCommand, PutItemCommand, QueryCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Scope } from '@tinqs/fleet';
import type { MessageQueue, QueueMessage } from '@tinqs/installation';

export interface LocalQueue extends MessageQueue {
  /** Begins to hand out messages, those that an earlier process left first. */
  start(work: (batch: readonly { readonly id: string; readonly message: QueueMessage }[]) => Promise<readonly string[]>): Promise<void>;
  /** Finishes what is in hand. */
  stop(): Promise<void>;
  readonly depth: () => number;
}

interface Waiting {
  readonly id: string;
  readonly message: QueueMessage;
  dueAt: number;
  tries: number;
  readonly durable: boolean;
}

const BATCH = 10;
/** One launch that takes its 35 s must not hold the others. */
const WORKERS = 4;
const AGAIN_MS = 1_000;
/** About ten minutes of tries. */
const MOST_TRIES = 15;

/**
 * The dispatcher's queue in this process. A delivery is in the table before it is answered with 202, so a restart
 * finds it; a knock is not: whatever it would have caused the next sweep finds. What could not be worked off comes
 * again, slower each time.
 */
export function createLocalQueue({ client, table, now, onError }: { readonly client: DynamoDBClient; readonly table: string; readonly now: () => number; readonly onError: (cause: unknown) => void }): LocalQueue {
  const waiting: Waiting[] = [];
  let work: Parameters<LocalQueue['start']>[0] | undefined;
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const key = (id: string) => ({ pk: { S: 'QUEUE' }, sk: { S: id } });

  function schedule(): void {
    if (stopped || work === undefined || running.size >= WORKERS) return;
    clearTimeout(timer);
    const next = waiting.reduce<number | null>((soonest, each) => (soonest === null || each.dueAt < soonest ? each.dueAt : soonest), null);
    if (next === null) return;
    timer = setTimeout(() => {
      const batch = handOut()
        .catch(onError)
        .finally(() => {
          running.delete(batch);
          schedule();
        });
      running.add(batch);
      schedule();
    }, Math.max(0, next - now()));
  }

  async function handOut(): Promise<void> {
    const due = waiting.filter((each) => each.dueAt <= now()).slice(0, BATCH);
    if (due.length === 0 || work === undefined) return;
    // In hand: a knock for the same scope that comes meanwhile is a new one.
    for (const each of due) waiting.splice(waiting.indexOf(each), 1);
    let failed: readonly string[];
    try {
      failed = await work(due.map(({ id, message }) => ({ id, message })));
    } catch (cause) {
      onError(cause);
      failed = due.map(({ id }) => id);
    }
    for (const each of due) {
      if (failed.includes(each.id) && each.tries + 1 >= MOST_TRIES) onError(new Error(`a ${each.message.kind} was given up after ${MOST_TRIES} tries; what it said of a job is found by comparing with Gitea`));
      else if (failed.includes(each.id)) waiting.push({ ...each, tries: each.tries + 1, dueAt: now() + Math.min(AGAIN_MS * 2 ** each.tries, 60_000) });
      if ((!failed.includes(each.id) || each.tries + 1 >= MOST_TRIES) && each.durable) await client.send(new DeleteItemCommand({ TableName: table, Key: key(each.id) })).catch(onError);
    }
  }

  function add(message: QueueMessage, delayMs: number, id: string, durable: boolean): void {
    if (message.kind === 'knock' && mergeKnock(message.scope, now() + delayMs)) return schedule();
    waiting.push({ id, message, dueAt: now() + delayMs, tries: 0, durable });
    schedule();
  }

  /** One knock per scope is enough: the sooner one counts. */
  function mergeKnock(scope: Scope, dueAt: number): boolean {
    const same = waiting.find((each) => each.message.kind === 'knock' && JSON.stringify(each.message.scope) === JSON.stringify(scope));
    if (same !== undefined) same.dueAt = Math.min(same.dueAt, dueAt);
    return same !== undefined;
  }

  return {
    async send(message, delayMs = 0) {
      const id = `${String(now()).padStart(15, '0')}-${randomUUID()}`;
      await client.send(new PutItemCommand({ TableName: table, Item: { ...key(id), body: { S: JSON.stringify(message) } } }));
      add(message, delayMs, id, true);
    },
    async knock(scope, delayMs) {
      add({ kind: 'knock', scope }, delayMs, `knock-${randomUUID()}`, false);
    },
    async start(worker) {
      work = worker;
      let start: Record<string, { S: string }> | undefined;
      do {
        const page = await client.send(new QueryCommand({ TableName: table, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'QUEUE' } }, ConsistentRead: true, ...(start === undefined ? {} : { ExclusiveStartKey: start }) }));
        for (const item of page.Items ?? []) {
          const id = item['sk']?.S ?? '';
          if (!waiting.some((each) => each.id === id)) waiting.push({ id, message: JSON.parse(item['body']?.S ?? '{}') as QueueMessage, dueAt: now(), tries: 0, durable: true });
        }
        start = page.LastEvaluatedKey as typeof start;
      } while (start !== undefined);
      schedule();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.all(running);
    },
    depth: () => waiting.length,
  };
}
