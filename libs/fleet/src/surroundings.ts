import type { CapHolder, FleetPorts } from './ports.js';
import type { FleetSettings } from './settings.js';
import { LIMITS } from './limits.js';
import { pauseOf } from './pause.js';
import type { Scope, ScopeKey } from './scope.js';
import { seconds, type Instant } from './time.js';
import type { CapSnapshot, World } from './world.js';
import type { ScopeItems } from './ports.js';

/** What the sweep leaves for everybody: when it last ran, and when Gitea and EC2 last answered it. */
export interface SweepMark {
  readonly at: Instant;
  readonly gitea: Instant;
  readonly ec2: Instant;
  /** Since when each pass was made in time, and Gitea answered in it; a mark of before an upgrade has none. */
  readonly answersSince?: Instant;
  /** Dollars, estimated: what ran today, ended and live. */
  readonly spentToday: number;
  /** The part of it that has moved to history, and the day (since 1970) it is of. */
  readonly spentEnded: { readonly day: number; readonly dollars: number };
  /** Scopes with unmet demand, for the fair share. */
  readonly waiting: readonly ScopeKey[];
  /** The first scope whose runners there was no time to list: the next pass begins with it. */
  readonly unasked?: ScopeKey;
}

export const META = { sweep: 'SWEEP', pause: 'PAUSE', classes: 'CLASSES', orphans: 'ORPHANS', empty: 'EMPTY', missed: 'MISSED', alarms: 'ALARMS', source: 'SOURCE', planDifferences: 'PLAN_DIFFERENCES' } as const;

/** Everything around a scope, cached for at most 60 s: writes decide, these only spare useless ones. */
export interface Surroundings {
  world(scope: Scope, items: ScopeItems): Promise<World>;
  /** After a refused cap or a pool's refusal: read again next time. */
  forget(): void;
  /** How many pictures were begun so far: whoever finds more than before has a newer one than then. */
  pictures(): number;
}

type Around = Pick<World, 'cap' | 'capLimits' | 'rests' | 'breakers' | 'lastAnswer' | 'paused' | 'budget'>;

export function createSurroundings(ports: Pick<FleetPorts, 'store' | 'now' | 'server'>, settings: FleetSettings): Surroundings {
  let cached: { readonly at: Instant; readonly around: Promise<Around> } | undefined;
  let pictures = 0;
  const around = (): Promise<Around> => {
    const now = ports.now();
    if (cached === undefined || now - cached.at > seconds(60)) {
      pictures += 1;
      const read = readAround(ports, settings, now);
      cached = { at: now, around: read };
      read.catch(() => {
        if (cached?.around === read) cached = undefined;
      });
    }
    return cached.around;
  };
  return {
    async world(scope, items) {
      const [{ cap, capLimits, rests, breakers, lastAnswer, paused, budget }, server] = await Promise.all([around(), ports.server()]);
      const { installation, classes, subnets } = settings;
      const { jobs, runners, plan } = items;
      return { installation, scope, jobs, runners, plan, classes, cap, capLimits, subnets, rests, breakers, server, lastAnswer, paused, budget };
    },
    forget: () => (cached = undefined),
    pictures: () => pictures,
  };
}

async function readAround({ store }: Pick<FleetPorts, 'store'>, settings: FleetSettings, now: Instant): Promise<Around> {
  const [holders, rests, breakers, mark, pause] = await Promise.all([store.listCapHolders(), store.listRests(), store.listBreakers(), store.readMeta(META.sweep), store.readMeta(META.pause)]);
  const sweep = mark as SweepMark | undefined;
  // A sweep that does not run says nothing about Gitea or EC2; only one that ran and got no answer does.
  const sweeping = sweep !== undefined && now - sweep.at <= LIMITS.silence;
  return {
    cap: countHolders(holders),
    capLimits: { all: settings.maxRunners, perScope: Math.ceil(settings.maxRunners / Math.max(1, sweep?.waiting.length ?? 1)) },
    rests,
    breakers,
    lastAnswer: sweeping ? { gitea: sweep.gitea, ec2: sweep.ec2 } : { gitea: now, ec2: now },
    paused: pauseOf(pause),
    budget: { spentToday: sweep?.spentToday ?? 0, perDay: settings.dailyBudget },
  };
}

export function countHolders(holders: readonly CapHolder[]): CapSnapshot {
  const count = (keyOf: (holder: CapHolder) => string) => {
    const counts: { [key: string]: number } = {};
    for (const holder of holders) counts[keyOf(holder)] = (counts[keyOf(holder)] ?? 0) + 1;
    return counts;
  };
  return { all: holders.length, byClass: count((holder) => holder.classId), byScope: count((holder) => holder.scope) };
}

