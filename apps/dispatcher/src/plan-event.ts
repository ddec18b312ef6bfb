import { META, scopeKey, scopeOf, type Controller, type FleetPorts, type FleetSettings, type Scope } from '@tinqs/fleet';
import { isGiteaError, type GiteaClient } from '@tinqs/gitea-client';
import { toFact, type DispatchSource, type MessageQueue } from '@tinqs/installation';
import { explainDecision, type Decision } from '@tinqs/trigger-matcher';
import { comparePlan, type Difference } from './compare-plan.js';
import { decideEvent, type DecidedEvent, type RefDelivery } from './decide-event.js';
import type { EventPlanner } from './dispatch.js';
import { createPlanLook, recordRows, SETTLE_MS, sharesEntry } from './look-at-plans.js';
import { readMade, statusVerdict, type Made } from './made-runs.js';
import { plannedFact, type PlannedRun } from './planned-runs.js';

export interface EventPlannerTools {
  readonly gitea: GiteaClient;
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly controller: Pick<Controller, 'record'>;
  readonly source: DispatchSource;
  readonly queue: Pick<MessageQueue, 'send'>;
}

/** Of the differences that are shown. */
const SHOWN = 20;
/** Deliveries whose decision is remembered until they settle. */
const REMEMBERED = 64;
/** A run made earlier than this before its event arrived is another event's: behind a slow receiver deliveries wait for minutes. */
const LATE_MS = 120_000;

/** What `META.planDifferences` holds. */
export interface PlanDifferences {
  readonly count: number;
  /** The newest first. */
  readonly last: readonly { readonly at: number; readonly repository: string; readonly sha: string; readonly sentence: string }[];
}

/**
 * What a push or pull request starts: decided here as Gitea decides it, recorded with its reasons, and compared with
 * what Gitea did 10 s later. What is demand depends on the source and the server: Gitea's own list wherever there is
 * one; the events, where they come; else the planned jobs.
 */
export function createEventPlanner(tools: EventPlannerTools): EventPlanner {
  const { gitea, ports, settings, controller, source, queue } = tools;
  const remembered = new Map<string, Promise<DecidedEvent | null>>();
  const look = createPlanLook(tools);

  function decided(delivery: RefDelivery): Promise<DecidedEvent | null> {
    const known = remembered.get(delivery.id);
    if (known !== undefined) return known;
    const decision = decideEvent(gitea, delivery);
    remembered.set(delivery.id, decision);
    decision.catch(() => remembered.delete(delivery.id));
    const [oldest] = remembered.keys();
    if (remembered.size > REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return decision;
  }

  /** The repository's queued jobs, as demand. `undefined`: this server, or this token, cannot list them. */
  async function list(scope: Scope, delivery: RefDelivery, receivedAt: number): Promise<number | undefined> {
    if (!(await ports.server()).jobsApi) return undefined;
    const seenAt = Math.max(ports.now(), receivedAt);
    try {
      const jobs = await gitea.listJobs({ status: 'queued', scope: { kind: 'repository', repository: { id: delivery.repository.id } } });
      for (const job of jobs) await controller.record(scope, toFact(job, delivery.repository, seenAt, 'listing'));
      return jobs.length;
    } catch (cause) {
      if (isGiteaError(cause, 'forbidden')) return undefined;
      // Deleted since: it has no jobs any more.
      if (isGiteaError(cause, 'not-found')) return 0;
      throw cause;
    }
  }

  /** Makes the planned jobs demand, but for those that Gitea already shows as rows. An entry that is final may still be of an earlier run. */
  async function demand(scope: Scope, delivery: RefDelivery, runs: readonly PlannedRun[]): Promise<number> {
    const [first] = runs;
    if (first === undefined) return 0;
    const at = ports.now();
    const made = await readMade(gitea, await ports.server(), delivery.repository, first.sha);
    const { jobs } = await ports.store.loadScope(scopeKey(scope));
    let planned = 0;
    for (const run of runs) {
      const found = made.kind === 'runs' ? made.runs.filter((each) => each.file === run.file && each.event === run.event && each.ref === run.ref) : [];
      await recordRows(controller, scope, delivery.repository, found, at);
      if (found.length > 0) continue;
      for (const row of run.rows) {
        // Where rows can be listed, those behind `needs` come with the list.
        if (row.status === 'none' || (row.status === 'blocked' && made.kind === 'runs')) continue;
        const verdict = made.kind !== 'statuses' || sharesEntry({ id: row.id, headSha: run.sha, planned: row.from }, jobs) ? 'unseen' : statusVerdict(made.statuses, row).kind;
        const seen = verdict === 'open' ? ({ status: 'queued', via: 'read' } as const) : verdict === 'blocked' ? ({ status: 'blocked', via: 'read' } as const) : ({ status: row.status, via: 'plan' } as const);
        await controller.record(scope, plannedFact(row, run, delivery.repository, { at, ...seen }));
        planned += 1;
      }
    }
    return planned;
  }

  /** Has Gitea announced jobs of this commit? */
  async function announced(scope: Scope, sha: string): Promise<boolean> {
    const { jobs } = await ports.store.loadScope(scopeKey(scope));
    return jobs.some((job) => job.planned === undefined && job.headSha === sha);
  }

  async function show(delivery: RefDelivery, sha: string, differences: readonly Difference[]): Promise<void> {
    if (differences.length === 0) return;
    const repository = delivery.repository.fullName;
    for (const { kind, sentence } of differences) ports.log.warn('Gitea did otherwise than planned', { repository, deliveryId: delivery.id, difference: kind, sentence });
    const before = ((await ports.store.readMeta(META.planDifferences)) ?? { count: 0, last: [] }) as PlanDifferences;
    // Every hook that sends the event once more settles it once more.
    const news = differences.map(({ sentence }) => ({ at: ports.now(), repository, sha, sentence })).filter((each) => !before.last.some((known) => known.repository === repository && known.sha === sha && known.sentence === each.sentence));
    if (news.length === 0) return;
    await ports.store.writeMeta(META.planDifferences, { count: before.count + news.length, last: [...news, ...before.last].slice(0, SHOWN) } satisfies PlanDifferences);
  }

  return {
    look,

    async plan(delivery, receivedAt) {
      if (!startsRuns(delivery)) return { scopes: [], sentence: 'nothing to plan: a test delivery or a deleted ref' };
      const scope = scopeOf(settings.scopeKind, delivery.repository);
      const listed = source === 'workflow_job' ? undefined : await list(scope, delivery, receivedAt);
      let decision: DecidedEvent | null;
      try {
        decision = await decided(delivery);
      } catch (cause) {
        // Where the plan may be the demand, the queue brings the event again until it can be read.
        if (source !== 'workflow_job' && (source === 'push' || listed === undefined) && !isGiteaError(cause, 'not-found', 'forbidden')) throw cause;
        ports.log.warn('event could not be matched', { deliveryId: delivery.id, cause });
        return { scopes: listed === undefined ? [] : [scope], sentence: 'the workflows could not be read' };
      }
      if (decision === null) return { scopes: listed ? [scope] : [], sentence: 'no workflow files' };
      for (const each of decision.decisions) {
        if (each.outcome !== 'runs' && each.outcome !== 'no-match') ports.log.warn('workflow starts nothing', { repository: delivery.repository.fullName, why: explainDecision(each) });
      }
      const planned = source === 'push' ? await demand(scope, delivery, decision.runs) : 0;
      // An older push of this ref may just have lost its jobs to this one (≤ 1.25).
      if (source === 'push') await look(scope);
      await queue.send({ kind: 'settle', receivedAt, delivery }, SETTLE_MS);
      return { scopes: (listed ?? 0) > 0 || source === 'push' ? [scope] : [], sentence: `${summarise(decision.decisions)}${planned === 0 ? '' : `; ${planned} planned ${planned === 1 ? 'job is' : 'jobs are'} the demand until Gitea shows rows`}` };
    },

    async settle(delivery, receivedAt) {
      const early = receivedAt + SETTLE_MS - ports.now();
      if (early > 0) {
        await queue.send({ kind: 'settle', receivedAt, delivery }, early);
        return { scopes: [] };
      }
      const decision = await decided(delivery);
      if (decision === null) return { scopes: [] };
      const scope = scopeOf(settings.scopeKind, delivery.repository);
      const made = await readMade(gitea, await ports.server(), delivery.repository, decision.sha);
      const planned = source === 'auto' && made.kind !== 'runs' && !(await announced(scope, decision.sha)) ? await demand(scope, delivery, decision.runs) : 0;
      await show(delivery, decision.sha, differencesOf(decision, made, receivedAt));
      if (source !== 'workflow_job') await look(scope);
      return { scopes: planned > 0 || source === 'push' ? [scope] : [] };
    },
  };
}

function differencesOf({ runs, ref, events, files }: DecidedEvent, made: Made, receivedAt: number): readonly Difference[] {
  return comparePlan({ runs, ref, events, files, since: receivedAt - LATE_MS }, made);
}

function startsRuns(delivery: RefDelivery): boolean {
  return delivery.kind === 'pull-request' || !(delivery.isTest || delivery.deleted);
}

/** One sentence: how many workflows run, and why each of the others does not. */
export function summarise(decisions: readonly Decision[]): string {
  const paths = [...new Set(decisions.map((decision) => decision.path))];
  const running = new Set(decisions.filter((decision) => decision.outcome === 'runs').map((decision) => decision.path));
  const others = decisions.filter((decision) => !running.has(decision.path)).map((decision) => `why not ${decision.path.replace(/^.*\//, '')}: ${decision.reason.sentence}`);
  const head = `${running.size} of ${paths.length} ${paths.length === 1 ? 'workflow runs' : 'workflows run'}`;
  return [head, ...others].join('; ').slice(0, 2_000);
}
