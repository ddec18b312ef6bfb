import type { Job, JobId } from './job.js';
import type { Pause } from './pause.js';
import type { Pool, Runner } from './runner.js';
import type { RunnerClass } from './runner-class.js';
import type { Scope } from './scope.js';
import type { Instant } from './time.js';

/** The guarded decision to launch one runner: a name, reserved in the scope's plan item. */
export interface Grant {
  readonly name: string;
  readonly classId: string;
  readonly jobId: JobId;
  readonly grantedAt: Instant;
}

/** One item per scope. Its epoch rises with every grant, so two planners never both grant from one view. */
export interface PlanItem {
  readonly epoch: number;
  readonly grants: readonly Grant[];
}

/** Who holds a place under which cap, by name, as last read (at most 60 s old; the write decides, not the snapshot). */
export interface CapSnapshot {
  readonly all: number;
  readonly byClass: { readonly [classId: string]: number };
  readonly byScope: { readonly [scopeKey: string]: number };
}

export interface CapLimits {
  /** `MAX_RUNNERS`. */
  readonly all: number;
  /** At most this many for one scope while others wait. */
  readonly perScope: number;
}

/** Why EC2 will not launch in a pool now. */
export type RestCause = 'capacity' | 'unsupported' | 'spot-quota' | 'on-demand-quota' | 'subnet-full' | 'never-online';

/** Why a pool rests. A quota concerns every pool of its market. */
export interface PoolRest {
  readonly pool: Pool;
  readonly cause: RestCause;
  readonly code: string;
  readonly failures: number;
  readonly until: Instant;
}

/** Three machines in a row, in more than one pool, that ran and never came online: this class's AMI is not launched for a while. */
export interface AmiBreaker {
  readonly classId: string;
  readonly amiId: string;
  readonly failures: readonly { readonly poolKey: string; readonly at: Instant }[];
  /** Only failures after this count against the AMI: it was well, or a single pool was to blame. */
  readonly since?: Instant;
  /** Open until then; after that, one probe. `null`: closed. */
  readonly openUntil: Instant | null;
}

/** What the planner must know of the server. */
export interface ServerFacts {
  /** Jobs can be listed and read (Gitea ≥ 1.25). */
  readonly jobsApi: boolean;
  /** A job id is one attempt, and callers of reusable workflows are rows (Gitea ≥ 1.27). */
  readonly newIdPerAttempt: boolean;
  /** A runner that loses the race for a job never looks again (Gitea ≤ 1.26). */
  readonly singleShotClaim: boolean;
  readonly rerunApi: boolean;
}

/** Everything `plan` looks at: one scope, and what limits it from outside. */
export interface World {
  readonly installation: string;
  readonly scope: Scope;
  readonly jobs: readonly Job[];
  readonly runners: readonly Runner[];
  readonly plan: PlanItem;
  readonly classes: readonly RunnerClass[];
  readonly cap: CapSnapshot;
  readonly capLimits: CapLimits;
  /** Pools of every class: type × subnet × market, before any rest. */
  readonly subnets: readonly string[];
  readonly rests: readonly PoolRest[];
  readonly breakers: readonly AmiBreaker[];
  readonly server: ServerFacts;
  readonly lastAnswer: { readonly gitea: Instant; readonly ec2: Instant };
  readonly paused: Pause;
  /** Dollars spent today and the limit; `null` means no limit. */
  readonly budget: { readonly spentToday: number; readonly perDay: number | null };
}
