import { META, scopeKey, scopeOf, type Controller, type DeliveryRecord, type FleetPorts, type FleetSettings, type Scope, type ScopeKey } from '@tinqs/fleet';
import type { Delivery } from '@tinqs/gitea-client';
import { toFact, type DispatchSource, type QueueMessage } from '@tinqs/installation';
import type { Once } from './once.js';

/** A message as the queue hands it out. */
export interface QueuedMessage {
  readonly id: string;
  readonly message: QueueMessage;
}

export interface DispatchTools {
  readonly controller: Controller;
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly planner: EventPlanner;
  readonly source: DispatchSource;
  readonly once: Once;
}

type RefDelivery = Extract<Delivery, { kind: 'push' | 'pull-request' }>;

/** What ref and pull-request events mean. */
export interface EventPlanner {
  /** The scopes to plan, and a sentence for the log of deliveries. */
  plan(delivery: RefDelivery, receivedAt: number): Promise<{ readonly scopes: readonly Scope[]; readonly sentence: string }>;
  /** 10 s later: what has Gitea made of it? */
  settle(delivery: RefDelivery, receivedAt: number): Promise<{ readonly scopes: readonly Scope[] }>;
  /** Brings the planned jobs of a scope up to date before it is planned again. */
  look(scope: Scope): Promise<void>;
}

/**
 * Works off a batch: writes every fact the messages carry, then plans each scope once. Answers with the ids of the
 * messages that could not be recorded, which the queue hands out again; everything else is retried from the table.
 * Announced jobs do not wait for what Gitea is asked about: a slow one may take the function's whole time.
 */
export async function dispatchBatch(batch: readonly QueuedMessage[], tools: DispatchTools): Promise<readonly string[]> {
  const parts = [batch.filter((each) => !asksGitea(each.message)), batch.filter((each) => asksGitea(each.message))].filter((part) => part.length > 0);
  return (await Promise.all(parts.map((part) => workOff(part, tools)))).flat();
}

function asksGitea(message: QueueMessage): boolean {
  return message.kind === 'knock' || message.kind === 'settle' || (message.kind === 'delivery' && (message.delivery.kind === 'push' || message.delivery.kind === 'pull-request'));
}

async function workOff(batch: readonly QueuedMessage[], tools: DispatchTools): Promise<readonly string[]> {
  const scopes = new Map<ScopeKey, { readonly scope: Scope; readonly deliveredAt: number; readonly ids: string[] }>();
  const failed = new Set<string>();
  const records: DeliveryRecord[] = [];
  const plan = (id: string, scope: Scope, deliveredAt: number) => {
    const known = scopes.get(scopeKey(scope));
    if (known === undefined) scopes.set(scopeKey(scope), { scope, deliveredAt, ids: [id] });
    else known.ids.push(id);
  };
  await Promise.all(
    batch.map(async ({ id, message }) => {
      try {
        const recorded = await record(message, tools);
        for (const scope of recorded.scopes) plan(id, scope, recorded.receivedAt);
        if (recorded.record !== null) records.push(recorded.record);
      } catch (cause) {
        failed.add(id);
        tools.ports.log.error('message could not be recorded', { messageId: id, cause });
      }
    }),
  );
  await Promise.all(
    [...scopes.values()].map(async ({ scope, deliveredAt, ids }) => {
      try {
        await tools.controller.serve(scope, { deliveredAt });
      } catch (cause) {
        // Recorded is recorded, but a plan that could not even be read is worth another try soon.
        for (const id of ids) failed.add(id);
        tools.ports.log.error('scope could not be planned', { scope: scopeKey(scope), cause });
      }
    }),
  );
  await writeLog(records, tools);
  return [...failed];
}

interface Recorded {
  readonly scopes: readonly Scope[];
  readonly receivedAt: number;
  readonly record: DeliveryRecord | null;
}

async function record(message: QueueMessage, tools: DispatchTools): Promise<Recorded> {
  switch (message.kind) {
    case 'knock':
      await tools.planner.look(message.scope);
      return { scopes: [message.scope], receivedAt: tools.ports.now(), record: null };
    case 'stub': {
      const { id, receivedAt, event, repository, decision, sentence } = message;
      return { scopes: [], receivedAt, record: { id, receivedAt, event, repository, decision, sentence } };
    }
    case 'settle':
      return { scopes: (await tools.planner.settle(message.delivery, message.receivedAt)).scopes, receivedAt: message.receivedAt, record: null };
    case 'delivery':
      return recordDelivery(message.delivery, message.receivedAt, tools);
  }
}

async function recordDelivery(delivery: Delivery, receivedAt: number, tools: DispatchTools): Promise<Recorded> {
  const { controller, settings, ports } = tools;
  sayUnknown(delivery, tools);
  const about = { id: delivery.id, receivedAt, event: delivery.event, repository: delivery.repository?.fullName ?? null };
  switch (delivery.kind) {
    case 'workflow-job': {
      const scope = scopeOf(settings.scopeKind, delivery.repository);
      const fact = toFact(delivery.job, delivery.repository, receivedAt, 'delivery');
      const { kind } = await controller.record(scope, fact);
      const sentence = `job ${fact.id} "${fact.name}" ${delivery.job.status}${kind === 'recorded' ? '' : `: ${kind}, nothing changed`}`;
      return { scopes: fact.status === 'blocked' ? [] : [scope], receivedAt, record: { ...about, decision: 'recorded', sentence } };
    }
    case 'push':
    case 'pull-request': {
      const { scopes, sentence } = await tools.planner.plan(delivery, receivedAt);
      return { scopes, receivedAt, record: { ...about, decision: 'planned', sentence } };
    }
    case 'repository': {
      const scope = scopeOf(settings.scopeKind, delivery.repository);
      const sentence = delivery.action === 'deleted' ? await endDeleted(delivery.repository.id, scope, tools) : `repository ${delivery.action}`;
      return { scopes: [], receivedAt, record: { ...about, decision: 'recorded', sentence } };
    }
    case 'ignored':
      ports.log.info('delivery ignored', { deliveryId: delivery.id, event: delivery.event });
      return { scopes: [], receivedAt, record: { ...about, decision: 'ignored', sentence: delivery.sentence } };
  }
}

/** P4: the jobs of a deleted repository send nothing more; they are final. */
async function endDeleted(repositoryId: number, scope: Scope, { ports, controller }: DispatchTools): Promise<string> {
  const jobs = (await ports.store.loadScope(scopeKey(scope))).jobs.filter((job) => job.repository.id === repositoryId && job.status !== 'done');
  for (const { id, repository, runId, name, labels, headSha, headBranch, url } of jobs) {
    await controller.record(scope, { id, repository, runId, name, labels, headSha, headBranch, url, status: 'done', conclusion: 'gone', runnerId: null, createdAt: null, seenAt: ports.now(), via: 'read' });
  }
  return `repository deleted: ${jobs.length} open ${jobs.length === 1 ? 'job is' : 'jobs are'} final`;
}

/** A server newer than those tried may have words that nobody here knows: carried on, and said once. */
function sayUnknown(delivery: Delivery, { ports, once }: DispatchTools): void {
  for (const word of delivery.unknown) {
    if (once.isFirst(JSON.stringify(word))) ports.log.warn('Gitea says something this version does not know; carried on', { event: delivery.event, ...word });
  }
}

/** The log of deliveries and the classes that the sweep, the dashboard and the command line read: after the launch, and never in its way. */
async function writeLog(records: readonly DeliveryRecord[], { ports, settings, source, once }: DispatchTools): Promise<void> {
  const writes = records.map((each) => ports.store.recordDelivery(each));
  if (once.isFirst(`classes ${settings.installation}`)) writes.push(ports.store.writeMeta(META.classes, settings.classes), ports.store.writeMeta(META.source, source));
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'rejected') ports.log.warn('log of deliveries could not be written', { cause: outcome.reason as unknown });
  }
}
