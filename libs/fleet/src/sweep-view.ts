import type { Ending } from './end-of-life.js';
import { breaking, isRefusal, sayRefusal } from './gitea-breaker.js';
import type { InstanceListing } from './instance-listing.js';
import type { FleetPorts, Instance, RunnerRow } from './ports.js';
import type { Runner } from './runner.js';
import type { Scope, ScopeKey } from './scope.js';
import type { FleetSettings } from './settings.js';
import type { Instant } from './time.js';
import type { AmiBreaker } from './world.js';

/** What one pass knows; parts fill it in and later parts read it. */
export interface SweepView {
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly now: Instant;
  /** `undefined`: EC2 did not answer. */
  instances: InstanceListing | undefined;
  scopes: Scope[];
  /** Ids of the jobs that Gitea lists as in progress; `undefined`: it did not answer. */
  inProgress: ReadonlySet<string> | undefined;
  /** Did Gitea answer anything? `undefined`: it was asked nothing. */
  giteaAnswered: boolean | undefined;
  /** Did Gitea answer in the pass before? When it comes back it has heard of no runner for as long as it was away. */
  heardBefore: boolean;
  /** Since when each pass was made in time, and Gitea answered in it. */
  answersSince: Instant;
  readonly rows: Map<ScopeKey, readonly RunnerRow[]>;
  /** As read in this pass. */
  breakers: readonly AmiBreaker[] | undefined;
  /** What should end, of all scopes: the brake looks at all of it before anything of it is done. */
  readonly endings: { readonly ending: Ending; readonly runner: Runner }[];
  /** Machines that this pass asked EC2 to end, with what that came to; `null`: it was accepted. */
  readonly asked: Map<string, unknown>;
  readonly ended: { instanceId: string; code: string }[];
  /** Single items that failed: each hinders no other, and is told until it is mended. */
  readonly troubles: { part: string; message: string }[];
  /** Classes of a scope of which Gitea hands no job out. */
  readonly stuck: { scope: ScopeKey; sentence: string }[];
  /** Scopes with more unconsumed runners than jobs that want one. */
  readonly surplus: { scope: ScopeKey; sentence: string }[];
  /** Written once people were told: what it tells of is told of again by the next pass, where this one dies before. */
  readonly whenTold: (() => Promise<unknown>)[];
  /** Jobs whose machine was lost and that nobody runs again. */
  readonly lost: { job: string; sentence: string }[];
  adopted: number;
  missed: number;
  orphans: number;
}

export function newView(ports: FleetPorts, settings: FleetSettings): SweepView {
  return { ports: { ...ports, gitea: breaking(ports.gitea) }, settings, now: ports.now(), instances: undefined, scopes: [], inProgress: undefined, giteaAnswered: undefined, heardBefore: false, answersSince: ports.now(), rows: new Map(), breakers: undefined, endings: [], asked: new Map(), ended: [], troubles: [], stuck: [], surplus: [], whenTold: [], lost: [], adopted: 0, missed: 0, orphans: 0 };
}

/** Does the work for one item; a failure is noted under the name of the part and goes no further. */
export async function attempt<Result>(view: SweepView, part: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (cause) {
    noteTrouble(view, part, cause);
    view.ports.log.error('part of the sweep failed', { part, message: messageOf(cause) });
    return undefined;
  }
}

/** Each trouble once in a pass: what Gitea refuses to all is one, whatever it was asked. A closed repository, which lasts, is none with the token. */
export function noteTrouble(view: SweepView, part: string, cause: unknown): void {
  const trouble = isRefusal(cause) ? { part: `gitea ${cause.kind}`, message: sayRefusal(cause) } : { part, message: messageOf(cause) };
  if (!view.troubles.some((each) => each.part === trouble.part)) view.troubles.push(trouble);
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Machines that still exist. */
export function livingMachines(view: SweepView): readonly Instance[] {
  return view.instances?.living ?? [];
}
