import { TAGS, type FleetPorts, type Instance, type RunnerRow } from './ports.js';
import type { FleetSettings } from './settings.js';
import { plan } from './plan.js';
import { isOpenPlan } from './planned-job.js';
import { rerunInterrupted } from './rerun.js';
import { scopeFromKey, scopeKey, type Scope, type ScopeKey } from './scope.js';
import { createSurroundings, META, type SweepMark } from './surroundings.js';
import { endClocks, reconcileScope } from './sweep-machines.js';
import { compareWithGitea } from './sweep-jobs.js';
import { deleteOrphans } from './sweep-registrations.js';
import { moveToHistory } from './history.js';
import { releaseHolders } from './sweep-caps.js';
import { days, type Instant } from './time.js';

/** What one pass found and did; the numbers are for the log and the alarms. */
export interface SweepReport {
  readonly at: Instant;
  /** The parts that failed, with their message: each has its own error boundary. */
  readonly failed: readonly { readonly part: string; readonly message: string }[];
  readonly ended: readonly { readonly instanceId: string; readonly code: string }[];
  readonly adopted: number;
  /** Jobs that Gitea listed and no webhook had announced: what the webhook path lost. */
  readonly missedByWebhooks: number;
  readonly knocked: readonly ScopeKey[];
  readonly orphansDeleted: number;
  readonly machines: number;
}

/** What one pass knows; parts fill it in and later parts read it. */
export interface SweepView {
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly now: Instant;
  /** `undefined`: EC2 did not answer. */
  instances: readonly Instance[] | undefined;
  scopes: Scope[];
  /** Ids of the jobs that Gitea lists as in progress; `undefined`: it did not answer. */
  inProgress: ReadonlySet<string> | undefined;
  readonly rows: Map<ScopeKey, readonly RunnerRow[]>;
  readonly ended: { instanceId: string; code: string }[];
  adopted: number;
  missed: number;
  orphans: number;
}

/**
 * One pass over EC2, Gitea and the table, each minute, in this order: death clocks, EC2 → table, Gitea → table,
 * registrations, knocks. It heals and ends; only the dispatcher launches.
 */
export async function sweep(ports: FleetPorts, settings: FleetSettings): Promise<SweepReport> {
  const now = ports.now();
  const failed: { part: string; message: string }[] = [];
  const view = newView(ports, settings);
  const before = ((await attempt('mark', () => ports.store.readMeta(META.sweep))) as SweepMark | undefined) ?? { at: now, gitea: now, ec2: now, spentToday: 0, spentEnded: { day: 0, dollars: 0 }, waiting: [] };

  await attempt('clocks', async () => {
    view.instances = await ports.launcher.list();
    await endClocks(view);
  });
  await attempt('scopes', async () => {
    view.scopes = [...(await ports.store.listScopes())];
    for (const instance of view.instances ?? []) noteTaggedScope(view, instance);
  });
  await attempt('jobs', () => compareWithGitea(view));
  for (const scope of view.scopes) {
    await attempt(`rows ${scopeKey(scope)}`, async () => view.rows.set(scopeKey(scope), await ports.gitea.listRunners(scope)));
    await attempt(`scope ${scopeKey(scope)}`, () => reconcileScope(view, scope));
    await attempt(`re-runs ${scopeKey(scope)}`, () => rerunInterrupted(view, scope));
  }
  await attempt('registrations', () => deleteOrphans(view));
  await attempt('caps', () => releaseHolders(view));
  const spent = await attempt('history', () => moveToHistory(view));
  const waiting = (await attempt('knocks', () => unmetScopes(view))) ?? [];
  const giteaAnswered = view.rows.size > 0 || !failed.some(({ part }) => part === 'jobs');
  const today = Math.floor(now / days(1));
  const endedDollars = (before.spentEnded.day === today ? before.spentEnded.dollars : 0) + (spent?.moved ?? 0);
  const mark: SweepMark = {
    at: now,
    gitea: giteaAnswered ? now : before.gitea,
    ec2: view.instances === undefined ? before.ec2 : now,
    spentToday: endedDollars + (spent?.live ?? 0),
    spentEnded: { day: today, dollars: endedDollars },
    waiting,
  };
  await attempt('mark', () => ports.store.writeMeta(META.sweep, mark));
  const surroundings = createSurroundings(ports, settings);
  const knocked: ScopeKey[] = [];
  for (const scope of view.scopes.filter((each) => waiting.includes(scopeKey(each)))) {
    await attempt(`knock ${scopeKey(scope)}`, async () => {
      const world = await surroundings.world(scope, await ports.store.loadScope(scopeKey(scope)));
      if (!world.jobs.some(isOpenPlan) && !plan(world, now).some((action) => action.kind === 'grant' || action.kind === 'confirm')) return;
      await ports.queue.knock(scope, 0);
      knocked.push(scopeKey(scope));
    });
  }
  return { at: now, failed, ended: view.ended, adopted: view.adopted, missedByWebhooks: view.missed, knocked, orphansDeleted: view.orphans, machines: view.instances?.filter((each) => each.state !== 'terminated').length ?? 0 };

  async function attempt<Result>(part: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      failed.push({ part, message });
      ports.log.error('part of the sweep failed', { part, message });
      return undefined;
    }
  }
}

export function newView(ports: FleetPorts, settings: FleetSettings): SweepView {
  return { ports, settings, now: ports.now(), instances: undefined, scopes: [], inProgress: undefined, rows: new Map(), ended: [], adopted: 0, missed: 0, orphans: 0 };
}

/** A machine tells its scope even where the table has forgotten it. */
function noteTaggedScope(view: SweepView, instance: Instance): void {
  const key = instance.tags[TAGS.scope];
  const scope = key === undefined || instance.state === 'terminated' ? undefined : scopeFromKey(key);
  if (scope !== undefined && !view.scopes.some((each) => scopeKey(each) === key)) view.scopes.push(scope);
}

/** Scopes with queued jobs that no supply covers, the one with the oldest job first. */
async function unmetScopes(view: SweepView): Promise<readonly ScopeKey[]> {
  const waiting: { key: ScopeKey; since: Instant }[] = [];
  for (const scope of view.scopes) {
    const { jobs } = await view.ports.store.loadScope(scopeKey(scope));
    const queued = jobs.filter((job) => job.status === 'queued' || isOpenPlan(job));
    if (queued.length > 0) waiting.push({ key: scopeKey(scope), since: Math.min(...queued.map((job) => job.queuedAt)) });
  }
  return waiting.sort((a, b) => a.since - b.since).map(({ key }) => key);
}
