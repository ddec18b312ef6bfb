import type { JobId, TimelineEntry } from './job.js';
import { LIMITS } from './limits.js';
import type { RunnerLimits } from './runner-class.js';
import type { Scope, ScopeKey } from './scope.js';
import { minutes, seconds, type Instant } from './time.js';

/** In this order, forward only. */
export const RUNNER_STATES = ['registered', 'launching', 'booting', 'idle', 'busy', 'draining', 'ended'] as const;
export type RunnerState = (typeof RUNNER_STATES)[number];

export type RunnerOutcome = 'used' | 'idle-out' | 'launch-failed' | 'boot-failed' | 'interrupted' | 'clock';

/** The stage clock, in order. Each is written once. */
export const STAGES = ['delivered', 'granted', 'registered', 'launched', 'running', 'online', 'picked', 'completed', 'terminated'] as const;
export type Stage = (typeof STAGES)[number];
export type StageClock = { readonly [stage in Stage]?: Instant };

/** One (instance type, subnet, market): what has or has not capacity. */
export interface Pool {
  readonly instanceType: string;
  readonly subnet: string;
  readonly market: 'spot' | 'on-demand';
}

export function poolKey(pool: Pool): string {
  return `${pool.instanceType}/${pool.subnet}/${pool.market}`;
}

/** A runner as the table holds it, from its registration until its machine is gone. */
export interface Runner {
  readonly name: string;
  readonly scope: ScopeKey;
  readonly scopeRef: Scope;
  readonly classId: string;
  readonly labels: readonly string[];
  readonly state: RunnerState;
  readonly outcome: RunnerOutcome | null;
  /** Gitea's id of the registration, and whether it is known to be gone there. */
  readonly runnerId: number;
  readonly registrationGone: boolean;
  readonly instanceId: string | null;
  readonly pool: Pool | null;
  readonly availabilityZone: string | null;
  readonly amiId: string;
  /** Dollars; `null` where no price is known. An estimate, recorded at the launch. */
  readonly pricePerHour: number | null;
  readonly launchedFor: JobId;
  /** The job it was seen to take, whichever that was. */
  readonly ran: JobId | null;
  readonly stages: StageClock;
  readonly limits: RunnerLimits;
  /** The outside death clock, also in the machine's tags. */
  readonly endsBy: Instant;
  /** When it was last asked to end, how often that failed, and why it ends. */
  readonly ending: RunnerEnding | null;
  /** How often EC2 was searched for a machine of this name without finding one. */
  readonly missing: number;
  readonly disabled: boolean;
  readonly timeline: readonly TimelineEntry[];
  readonly version: number;
}

export interface RunnerEnding {
  readonly since: Instant;
  readonly code: string;
  readonly failures: number;
  readonly notBefore: Instant | null;
}

/** Boot, idle and job limits and ten minutes: how long a machine lives at most, in milliseconds. */
export function lifeOf(limits: RunnerLimits): number {
  return seconds(limits.bootSeconds + limits.idleSeconds) + minutes(limits.jobMinutes) + LIMITS.lifeMargin;
}

export function endsByOf(limits: RunnerLimits, launch: Instant): Instant {
  return launch + lifeOf(limits) + LIMITS.endsByMargin;
}

/** Has it neither taken a job nor begun to end? */
export function isUnconsumed(runner: Runner): boolean {
  return runner.ran === null && runner.ending === null && (runner.state === 'registered' || runner.state === 'launching' || runner.state === 'booting' || runner.state === 'idle');
}
