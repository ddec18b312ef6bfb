import { TAGS, type FleetPorts, type Instance } from './ports.js';
import { instanceListing } from './instance-listing.js';
import type { FleetSettings } from './settings.js';
import { endMachines } from './sweep-endings.js';
import { knockUnmet, unmetScopes } from './sweep-knocks.js';
import { rerunInterrupted } from './rerun.js';
import { scopeFromKey, scopeKey, type ScopeKey } from './scope.js';
import { LIMITS } from './limits.js';
import { META, type SweepMark } from './surroundings.js';
import { endClocks, reconcileScope } from './sweep-machines.js';
import { compareWithGitea } from './sweep-jobs.js';
import { deleteOrphans } from './sweep-registrations.js';
import { moveToHistory } from './history.js';
import { releaseHolders } from './sweep-caps.js';
import { forgetScopes } from './sweep-scopes.js';
import { attempt, livingMachines, newView, type SweepView } from './sweep-view.js';
import { days, type Instant } from './time.js';

/** What one pass found and did; the numbers are for the log and the alarms. */
export interface SweepReport {
  readonly at: Instant;
  /** What failed, with its message: each part, and within it each item, has its own error boundary. */
  readonly failed: readonly { readonly part: string; readonly message: string }[];
  readonly ended: readonly { readonly instanceId: string; readonly code: string }[];
  readonly adopted: number;
  /** Scopes in which Gitea lists jobs of a class as queued and hands none of them out. */
  readonly stuck: readonly { readonly scope: ScopeKey; readonly sentence: string }[];
  /** P20: scopes with more unconsumed runners than jobs that want one; nothing is done about it. */
  readonly surplus: readonly { readonly scope: ScopeKey; readonly sentence: string }[];
  /** Jobs that EC2 interrupted and that nobody runs again, in the pass that finds so. */
  readonly lost: readonly { readonly job: string; readonly sentence: string }[];
  /** Jobs that Gitea listed and no webhook had announced: what the webhook path lost. */
  readonly missedByWebhooks: number;
  readonly knocked: readonly ScopeKey[];
  readonly orphansDeleted: number;
  readonly machines: number;
}

/**
 * One pass over EC2, Gitea and the table, each minute, in this order: death clocks, Gitea → table, EC2 → table and
 * what must end, registrations, places, history, knocks. It heals and ends; only the dispatcher launches. What `tell` was
 * not done with, the next pass reports again.
 */
export async function sweep(ports: FleetPorts, settings: FleetSettings, tell: (report: SweepReport) => Promise<unknown> = async () => undefined): Promise<SweepReport> {
  const view = newView(ports, settings);
  const { now } = view;
  const before = ((await attempt(view, 'mark', () => ports.store.readMeta(META.sweep))) as SweepMark | undefined) ?? { at: now, gitea: now, ec2: now, spentToday: 0, spentEnded: { day: 0, dollars: 0 }, waiting: [] };

  view.heardBefore = before.gitea === before.at && now - before.at <= LIMITS.silence;
  await attempt(view, 'clocks', async () => {
    view.instances = instanceListing(await ports.launcher.list());
    await endClocks(view);
  });
  await attempt(view, 'scopes', async () => {
    view.scopes = [...(await ports.store.listScopes())];
  });
  for (const instance of livingMachines(view)) noteTaggedScope(view, instance);
  await attempt(view, 'jobs', () => compareWithGitea(view));
  const unasked = await reconcileScopes(view, before.unasked);
  await attempt(view, 'endings', () => endMachines(view));
  if (view.giteaAnswered !== false && view.heardBefore) view.answersSince = before.answersSince ?? before.at;
  await attempt(view, 'registrations', () => deleteOrphans(view));
  // Behind what else is asked of Gitea: a right that only they need may be missing.
  for (const scope of view.scopes) await attempt(view, `re-runs ${scopeKey(scope)}`, () => rerunInterrupted(view, scope));
  await attempt(view, 'caps', () => releaseHolders(view));
  const spent = await attempt(view, 'history', () => moveToHistory(view));
  await attempt(view, 'forgetting', () => forgetScopes(view));

  const lastAnswer = { gitea: view.giteaAnswered === false ? before.gitea : now, ec2: view.instances === undefined ? before.ec2 : now };
  const waiting = (await attempt(view, 'waiting', () => unmetScopes(view, lastAnswer))) ?? [];
  const today = Math.floor(now / days(1));
  const endedDollars = (before.spentEnded.day === today ? before.spentEnded.dollars : 0) + (spent?.moved ?? 0);
  const mark: SweepMark = { at: now, ...lastAnswer, answersSince: view.answersSince, spentToday: endedDollars + (spent?.live ?? 0), spentEnded: { day: today, dollars: endedDollars }, waiting, ...(unasked === undefined ? {} : { unasked }) };
  await attempt(view, 'mark', () => ports.store.writeMeta(META.sweep, mark));
  const knocked = await knockUnmet(view, waiting);
  const report: SweepReport = { at: now, failed: view.troubles, ended: view.ended, stuck: view.stuck, surplus: view.surplus, lost: view.lost, adopted: view.adopted, missedByWebhooks: view.missed, knocked, orphansDeleted: view.orphans, machines: livingMachines(view).length };
  await tell(report);
  for (const note of view.whenTold) await attempt(view, 'note', note);
  return report;
}

/**
 * Each scope with what Gitea says of its runners, and with EC2's word alone once Gitea took too long: all that follows wants
 * its time in the same pass. One is always asked for; answers with the first that was not, where the next pass begins.
 */
async function reconcileScopes(view: SweepView, first: ScopeKey | undefined): Promise<ScopeKey | undefined> {
  const { ports, scopes } = view;
  const until = view.now + LIMITS.rowsOfAPass;
  const start = Math.max(0, scopes.findIndex((scope) => scopeKey(scope) === first));
  let unasked: ScopeKey | undefined;
  for (const [index, scope] of [...scopes.slice(start), ...scopes.slice(0, start)].entries()) {
    const key = scopeKey(scope);
    if (index > 0 && ports.now() > until) unasked ??= key;
    else
      await attempt(view, `rows ${key}`, async () => {
        view.giteaAnswered ??= false;
        view.rows.set(key, await ports.gitea.listRunners(scope));
        view.giteaAnswered = true;
      });
    await attempt(view, `scope ${key}`, () => reconcileScope(view, scope));
  }
  return unasked;
}

/** A machine tells its scope even where the table has forgotten it. */
function noteTaggedScope(view: SweepView, instance: Instance): void {
  const key = instance.tags[TAGS.scope];
  const scope = key === undefined ? undefined : scopeFromKey(key);
  if (scope !== undefined && !view.scopes.some((each) => scopeKey(each) === key)) view.scopes.push(scope);
}
