import type { Instant } from '@tinqs/fleet';

/** What really happened, whatever anybody was told: tests compare it with what the fleet believes. */
export interface Ledger {
  readonly machines: LaunchedMachine[];
  readonly registrations: MadeRegistration[];
  readonly served: ServedJob[];
  readonly deliveries: { sent: number; dropped: number; duplicated: number };
}

export interface LaunchedMachine {
  readonly instanceId: string;
  readonly name: string;
  readonly runnerId: number;
  readonly launchedAt: Instant;
  terminatedAt: Instant | null;
  stateReason: string | null;
}

export interface MadeRegistration {
  readonly runnerId: number;
  readonly name: string;
  readonly madeAt: Instant;
  goneAt: Instant | null;
}

/** A pick-up: this job, in this attempt, was given to this runner. */
export interface ServedJob {
  readonly jobId: number;
  readonly name: string;
  readonly attempt: number;
  readonly runnerId: number;
  readonly instanceId: string;
  readonly queuedAt: Instant;
  readonly at: Instant;
  endedAt: Instant | null;
  conclusion: string | null;
}

export function createLedger(): Ledger {
  return { machines: [], registrations: [], served: [], deliveries: { sent: 0, dropped: 0, duplicated: 0 } };
}
