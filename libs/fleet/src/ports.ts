import type { Job, JobFact, JobId, JobRecord, JobStatus, TimelineEntry } from './job.js';
import type { Pool, Runner } from './runner.js';
import type { RunnerClass } from './runner-class.js';
import type { Repository, Scope, ScopeKey } from './scope.js';
import type { Instant } from './time.js';
import type { AmiBreaker, CapLimits, CapSnapshot, PlanItem, PoolRest, RestCause, ServerFacts } from './world.js';

/** The outcome of a write that named the version it read. On `conflict` somebody else wrote first; `current` was read back consistently. */
export type Written<Item> = { readonly kind: 'written'; readonly item: Item } | { readonly kind: 'conflict'; readonly current: Item | undefined };

/** One scope, read in key order in one consistent query: jobs before the plan before runners, so a grant's runner is never missed. */
export interface ScopeItems {
  readonly jobs: readonly Job[];
  readonly plan: PlanItem;
  readonly runners: readonly Runner[];
}

export type CapOutcome = { readonly kind: 'taken' } | { readonly kind: 'full'; readonly cap: 'all' | 'class' | 'scope'; readonly snapshot: CapSnapshot };

export interface CapRequest {
  readonly names: readonly string[];
  readonly classId: string;
  readonly scope: ScopeKey;
  readonly limits: CapLimits & { readonly perClass: number };
}

/** One place taken under the caps. */
export interface CapHolder {
  readonly name: string;
  readonly classId: string;
  readonly scope: ScopeKey;
  readonly since: Instant;
}

/** A received delivery and what was decided: a log of 7 days, never a gate. */
export interface DeliveryRecord {
  readonly id: string;
  readonly receivedAt: Instant;
  readonly event: string;
  readonly repository: string | null;
  readonly decision: 'recorded' | 'planned' | 'ignored' | 'not-allowed' | 'refused';
  readonly sentence: string;
}

/** History for dashboard and cost: what ended, kept 90 days. A projection that may be rewritten. */
export interface EndedRecord {
  readonly id: string;
  readonly kind: 'job' | 'runner';
  readonly endedAt: Instant;
  readonly job: Job | null;
  readonly runner: Runner | null;
}

/** P19: Gitea was asked to run a lost job again. */
export interface RerunNote {
  readonly runId: number;
  /** Its name. */
  readonly job: string;
  /** When it was first asked for, or when its run was last seen to go on. */
  readonly at: Instant;
  /** The one that lost its machine. */
  readonly runner: string;
}

/**
 * The table. Single-item conditional writes and queries only. Every writing call survives a lost answer: repeated
 * with the same arguments it answers as the first time.
 */
export interface StorePort {
  /** Puts a live job that must not exist yet. */
  createJob(job: Job): Promise<Written<Job>>;
  /** Puts `job` where the stored version is `job.version - 1`. */
  replaceJob(job: Job): Promise<Written<Job>>;
  /** With `version`: only while that one is stored, so that what changed meanwhile is not deleted unseen. */
  deleteJob(scope: ScopeKey, id: JobId, version?: number): Promise<void>;
  /** Makes the record of a job's identity, unless it is there; answers with what is there. */
  rememberJob(record: JobRecord): Promise<Written<JobRecord>>;
  /** Sets `final` where the stored one is of an older generation or `null`. */
  finishJob(record: JobRecord): Promise<void>;
  recallJob(id: JobId): Promise<JobRecord | undefined>;
  /** Strongly consistent. */
  loadScope(scope: ScopeKey): Promise<ScopeItems>;
  /** Puts `plan` where the stored epoch is `plan.epoch - 1` (0: none stored). */
  savePlan(scope: Scope, plan: PlanItem): Promise<Written<PlanItem>>;

  createRunner(runner: Runner): Promise<Written<Runner>>;
  replaceRunner(runner: Runner): Promise<Written<Runner>>;
  deleteRunner(scope: ScopeKey, name: string, version?: number): Promise<void>;

  /** Takes all the names or none. Names that are already held stay held and count once. */
  takeCap(request: CapRequest): Promise<CapOutcome>;
  releaseCap(holders: readonly CapHolder[]): Promise<void>;
  listCapHolders(): Promise<readonly CapHolder[]>;

  listRests(): Promise<readonly PoolRest[]>;
  saveRest(rest: PoolRest): Promise<void>;
  listBreakers(): Promise<readonly AmiBreaker[]>;
  saveBreaker(breaker: AmiBreaker): Promise<void>;

  /** Scopes with live items. */
  noteScope(scope: Scope): Promise<void>;
  listScopes(): Promise<readonly Scope[]>;
  forgetScope(scope: ScopeKey): Promise<void>;

  /** Moving something to history is two writes: this one first, the deletion second; both may be repeated. */
  recordEnded(record: EndedRecord): Promise<void>;
  recordDelivery(record: DeliveryRecord): Promise<void>;
  /** Written after the launch, so that `why` finds a job by what people paste. */
  pointTo(reference: { readonly key: string; readonly scope: ScopeKey; readonly job: JobId | null; readonly runner: string | null }): Promise<void>;

  /** Kept for 90 days, by run and name of the job: on 1.27 a re-run has new ids. Last write wins. */
  noteRerun(note: RerunNote): Promise<void>;
  recallRerun(of: Pick<RerunNote, 'runId' | 'job'>): Promise<RerunNote | undefined>;

  /** Small facts of the installation: `SWEEP`, `PAUSE`, `CLASSES`, `ORPHANS`, …; JSON values, last write wins. */
  readMeta(key: string): Promise<unknown>;
  writeMeta(key: string, value: unknown): Promise<void>;
}

/** The one-job credential. Opaque to everything but the renderer. */
export interface Registration {
  readonly runnerId: number;
  readonly credential: object;
}

export type RegistrationOutcome =
  | ({ readonly kind: 'registered' } & Registration)
  /** `permanent`: nothing but a changed configuration or permission helps. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly permanent: boolean };

/** A row of Gitea's runner list. */
export interface RunnerRow {
  readonly runnerId: number;
  readonly name: string;
  readonly online: boolean;
  readonly busy: boolean;
  readonly disabled: boolean;
}

export interface GiteaPort {
  register(runner: { readonly name: string; readonly labels: readonly string[]; readonly scope: Scope }): Promise<RegistrationOutcome>;
  /** Idempotent: a registration that is not there is deleted. */
  unregister(scope: Scope, runnerId: number): Promise<void>;
  listRunners(scope: Scope): Promise<readonly RunnerRow[]>;
  /** `null`: the row is gone, so its job (if it had one) is final. */
  readRunner(scope: Scope, runnerId: number): Promise<RunnerRow | null>;
  /** `null`: Gitea answers 404, which is final. Throws where the server has no jobs API. */
  readJob(repository: Repository, id: JobId): Promise<JobFact | null>;
  /** All queued and in-progress jobs of the allowed repositories, listed at the highest level the token allows. */
  listJobs(signal?: AbortSignal): Promise<readonly JobFact[]>;
  /** What running that job of its run again would meet. `null`: the run is gone. Asked only where jobs can be run again by a call. */
  readRun(job: Job, runId: number): Promise<RunState | null>;
  /** `gone`: its run has no such job any more. */
  rerunJob(repository: Repository, runId: number, id: JobId): Promise<'started' | 'not-yet' | 'gone' | 'unsupported'>;
  /** Is this listed row the caller of a reusable workflow? Reads the workflow file at the run's commit (Gitea ≥ 1.27). */
  isCaller(job: Job): Promise<boolean>;
}

/** A row of a run's newest attempt. */
export interface RunJob {
  readonly id: JobId;
  readonly name: string;
  readonly labels: readonly string[];
  readonly status: JobStatus;
  readonly conclusion: string | null;
  /** Of a copy (1.27): the one that had what it is copied from. */
  readonly runnerId: number | null;
  /** Gitea's clock. */
  readonly startedAt: Instant | null;
  readonly completedAt: Instant | null;
}

export interface RunState {
  readonly jobs: readonly RunJob[];
  /** A newer run of its ref, or of a concurrency group that it shares with other refs. */
  readonly superseded: boolean;
}

/** Everything a launch needs, resolved once: repeated with the same values it is the same request to the byte. */
export interface LaunchOrder {
  readonly name: string;
  readonly runnerClass: RunnerClass;
  readonly scope: Scope;
  readonly registration: Registration;
  readonly launchedFor: JobId;
  /** That job's. */
  readonly repository: Repository;
  readonly amiId: string;
  readonly endsBy: Instant;
  /** May its pools include on-demand ones? */
  readonly onDemand: boolean;
  readonly rests: readonly PoolRest[];
  /** Nothing is asked of EC2 after this: the sweep may by then have given the name up. */
  readonly deadline: Instant;
}

/** A definite refusal of one pool, with EC2's own code. */
export interface PoolRefusal {
  readonly pool: Pool;
  readonly code: string;
  readonly cause: RestCause;
}

/** `tried`: the pools that refused, whatever came of the others: they are remembered. */
export type LaunchResult =
  | {
      readonly kind: 'launched';
      readonly instanceId: string;
      readonly pool: Pool;
      readonly availabilityZone: string | null;
      readonly pricePerHour: number | null;
      readonly tried: readonly PoolRefusal[];
    }
  | { readonly kind: 'no-capacity'; readonly tried: readonly PoolRefusal[] }
  /** Another pool would not help. `permanent`: nor will time, only what the remedy says. */
  | { readonly kind: 'refused'; readonly code: string; readonly sentence: string; readonly remedy: string; readonly permanent: boolean; readonly tried: readonly PoolRefusal[] }
  /** Nobody knows whether a machine runs. It is left to the sweep, which adopts by tags. */
  | { readonly kind: 'unknown'; readonly pool: Pool; readonly sentence: string; readonly tried: readonly PoolRefusal[] };

/** A machine as EC2 shows it. Tags are the truth where the table is silent. */
export interface Instance {
  readonly instanceId: string;
  readonly state: 'pending' | 'running' | 'shutting-down' | 'stopping' | 'stopped' | 'terminated';
  readonly stateReason: string | null;
  readonly launchedAt: Instant;
  readonly tags: { readonly [key: string]: string };
  readonly pool: Pool | null;
  readonly availabilityZone: string | null;
}

export interface LauncherPort {
  /** The installation's or the class's AMI, with `ssm:` names resolved. */
  resolveAmi(runnerClass: RunnerClass): Promise<string>;
  /** Renders the boot script and tries the pools in order. */
  launch(order: LaunchOrder): Promise<LaunchResult>;
  /** Idempotent: a machine that is not there is terminated. */
  terminate(instanceId: string, options?: { readonly force?: boolean }): Promise<void>;
  /** All machines of this installation, ended ones as long as EC2 shows them. */
  list(): Promise<readonly Instance[]>;
}

export interface QueuePort {
  /** Asks the dispatcher to plan this scope; at most 15 minutes ahead. A lost knock costs one sweep. */
  knock(scope: Scope, delayMs: number): Promise<void>;
}

export interface LogPort {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** Tags on every machine; EC2 shows them when the table cannot be read. */
export const TAGS = {
  mark: 'tinqs-ci',
  installation: 'tinqs-ci:installation',
  name: 'tinqs-ci:name',
  classId: 'tinqs-ci:class',
  scope: 'tinqs-ci:scope',
  runnerId: 'tinqs-ci:runner-id',
  endsBy: 'tinqs-ci:ends-by',
} as const;

export interface FleetPorts {
  readonly store: StorePort;
  readonly gitea: GiteaPort;
  readonly launcher: LauncherPort;
  readonly queue: QueuePort;
  readonly log: LogPort;
  readonly now: () => Instant;
  readonly server: () => Promise<ServerFacts>;
}

export type { TimelineEntry };
