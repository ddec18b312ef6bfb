import type { Action } from './action.js';
import { classFor } from './class-match.js';
import { IDLE_OUTS_TO_DOUBT, plan } from './plan.js';
import type { ScopeItems } from './ports.js';
import { isOpenPlan } from './planned-job.js';
import { isPermanent, reason } from './reason.js';
import { scopeKey, type ScopeKey } from './scope.js';
import { createSurroundings } from './surroundings.js';
import { attempt, type SweepView } from './sweep-view.js';
import { isUnconsumed } from './runner.js';
import { surplusOf } from './surplus.js';
import type { Instant } from './time.js';
import type { World } from './world.js';

/**
 * Scopes with jobs that want a machine and have none, the one with the oldest such job first: they share what
 * `MAX_RUNNERS` allows. Jobs that nobody will serve, and jobs that Gitea holds back, take no share.
 */
export async function unmetScopes(view: SweepView, lastAnswer: World['lastAnswer']): Promise<readonly ScopeKey[]> {
  const unmet: { key: ScopeKey; since: Instant }[] = [];
  for (const { key, world } of await scopesWithQueue(view, (items) => items.runners.some(isUnconsumed))) {
    const count = surplusOf(world, view.now);
    if (count > 0) view.surplus.push({ scope: key, sentence: reason('SURPLUS', { count }).sentence });
    const wanting = new Set(plan({ ...world, lastAnswer, capLimits: { ...world.capLimits, perScope: Infinity } }, view.now).filter(isUnmet).map((action) => action.jobId));
    view.stuck.push(...stuckClasses(world).map((classId) => ({ scope: key, sentence: reason('NOT_HANDED_OVER', { classId }).sentence })));
    const since = world.jobs.filter((job) => wanting.has(job.id)).map((job) => job.queuedAt);
    if (since.length > 0) unmet.push({ key, since: Math.min(...since) });
  }
  return unmet.sort((a, b) => a.since - b.since).map(({ key }) => key);
}

/** P4: told as long as the doubt lasts, also while a probe is on its way. */
function stuckClasses({ jobs, classes }: World): readonly string[] {
  return [...new Set(jobs.filter((job) => job.status === 'queued' && job.idleOuts >= IDLE_OUTS_TO_DOUBT).flatMap((job) => classFor(job.labels, classes)?.id ?? []))];
}

function isUnmet(action: Action): boolean {
  return action.kind !== 'hold' || !(action.reason.code === 'SERVED' || action.reason.code === 'BLOCKED' || isPermanent(action.reason.code));
}

/** (e) For every scope of which something can be done or said now, the knock that a webhook would have caused. */
export async function knockUnmet(view: SweepView, waiting: readonly ScopeKey[]): Promise<readonly ScopeKey[]> {
  const knocked: ScopeKey[] = [];
  const rank = (key: ScopeKey) => (waiting.includes(key) ? waiting.indexOf(key) : waiting.length);
  const queued = (await attempt(view, 'knocks', () => scopesWithQueue(view))) ?? [];
  for (const { key, world } of [...queued].sort((a, b) => rank(a.key) - rank(b.key))) {
    await attempt(view, `knock ${key}`, async () => {
      if (!needsDispatcher(world, view.now)) return;
      await view.ports.queue.knock(world.scope, 0);
      knocked.push(key);
    });
  }
  return knocked;
}

/** Would it grant or ask something, or is another reason written than the one for which a job waits now (I1)? */
function needsDispatcher(world: World, now: Instant): boolean {
  if (world.jobs.some(isOpenPlan)) return true;
  return plan(world, now).some((action) => {
    if (action.kind !== 'hold') return true;
    const job = world.jobs.find((each) => each.id === action.jobId)!;
    const written = job.reasons[0]?.code;
    return job.status === 'queued' && written !== action.reason.code && !(written === 'GRANTED' && action.reason.code === 'SERVED');
  });
}

async function scopesWithQueue(view: SweepView, isWanted: (items: ScopeItems) => boolean = () => false): Promise<readonly { readonly key: ScopeKey; readonly world: World }[]> {
  const surroundings = createSurroundings(view.ports, view.settings);
  const found: { key: ScopeKey; world: World }[] = [];
  for (const scope of view.scopes) {
    const key = scopeKey(scope);
    await attempt(view, `queue of ${key}`, async () => {
      const items = await view.ports.store.loadScope(key);
      if (isWanted(items) || items.jobs.some((job) => job.status === 'queued' || isOpenPlan(job))) found.push({ key, world: await surroundings.world(scope, items) });
    });
  }
  return found;
}
