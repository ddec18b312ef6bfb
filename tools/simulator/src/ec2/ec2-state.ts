import type { Instance, Instant, Pool } from '@tinqs/fleet';

/** One RunInstances call: a single pool, one machine. */
export interface LaunchRequest {
  /** The same token with the same request is the same machine. */
  readonly clientToken: string;
  readonly name: string;
  readonly classId: string;
  readonly pool: Pool;
  readonly amiId: string;
  readonly limits: { readonly bootSeconds: number; readonly idleSeconds: number; readonly jobMinutes: number };
  readonly tags: { readonly [key: string]: string };
  /** Gitea's id of the registration whose credential the machine gets. */
  readonly runnerId: number;
  readonly userData?: string;
}

export type LaunchAnswer =
  | { readonly kind: 'launched'; readonly instanceId: string; readonly availabilityZone: string }
  /** An EC2 error code. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** What can be wrong with a machine. `ends-booting` ends it with `code` as its state reason. */
export type MachineFault =
  | { readonly kind: 'never-online' }
  | { readonly kind: 'job-hangs' }
  | { readonly kind: 'ignores-poweroff' }
  | { readonly kind: 'stops' }
  | { readonly kind: 'shutdown-hangs' }
  | { readonly kind: 'dies-in-job'; readonly afterMs: number }
  | { readonly kind: 'ends-booting'; readonly code: string };

export interface Machine {
  readonly instanceId: string;
  readonly request: LaunchRequest;
  readonly availabilityZone: string;
  readonly launchedAt: Instant;
  /** Before this, EC2 does not show it yet. */
  readonly visibleAt: Instant;
  readonly faults: readonly MachineFault[];
  state: Instance['state'];
  stateReason: string | null;
  /** What the boot script is doing; `off`: nothing runs on it any more. */
  phase: 'booting' | 'idle' | 'busy' | 'leaving' | 'off';
  /** A FetchTask is open, for this job. */
  fetching: { readonly jobId: number } | null;
  jobId: number | null;
  onlineAt: Instant | null;
  noticeAt: Instant | null;
  /** Since when its runner has tried in vain to report the job's end. */
  reportingSince: Instant | null;
  endedAt: Instant | null;
  readonly console: string[];
}

export interface PoolPattern {
  readonly instanceType?: string;
  readonly subnet?: string;
  readonly market?: Pool['market'];
}

export interface Refusal {
  readonly pools: PoolPattern;
  readonly code: string;
  /** How many launches it still refuses; `null`: all until `until`. */
  remaining: number | null;
  readonly until: Instant | null;
}

export interface BreakRule {
  readonly pools: PoolPattern;
  readonly classId: string | null;
  readonly fault: MachineFault;
  remaining: number | null;
}

export interface Ec2State {
  readonly machines: Map<string, Machine>;
  /** Machines whose runner waits for a job. */
  readonly idle: Set<string>;
  launched: number;
  /** Does the boot script restart an idle daemon, the cure for a lost claim up to 1.26? */
  restartsDaemon: boolean;
  /** Does the runner declare `cancelling`? */
  declaresCancelling: boolean;
  /** Client token → its machine. */
  readonly tokens: Map<string, string>;
  readonly refusals: Refusal[];
  readonly breakRules: BreakRule[];
}
