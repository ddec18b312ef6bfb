import type { Instant } from '@tinqs/fleet';
import type { GiteaVersion } from './gitea-version.js';
import type { JobPlan, WorkflowPlan } from './job-plan.js';

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly kind: 'user' | 'organization';
  readonly createdAt: Instant;
}

export interface Commit {
  readonly sha: string;
  readonly parent: string | null;
  readonly message: string;
  readonly author: string;
  readonly at: Instant;
  /** Path → id of the blob. */
  readonly files: { readonly [path: string]: string };
}

export interface SimulatedRepository {
  readonly id: number;
  owner: string;
  name: string;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly createdAt: Instant;
  updatedAt: Instant;
  runs: number;
  readonly branches: { [name: string]: string };
  readonly tags: { [name: string]: string };
  readonly commits: { [sha: string]: Commit };
  /** Ready jobs in the order in which they became so: the order of the pick-up. */
  readonly queue: number[];
  /** What a dispatch of a file starts. */
  readonly dispatchable: { [file: string]: WorkflowPlan };
  /** Runs that are not over, oldest first. */
  readonly openRuns: number[];
}

export interface SimulatedRun {
  readonly id: number;
  readonly repositoryId: number;
  /** Counts within the repository. */
  readonly number: number;
  readonly workflow: { readonly file: string; readonly name: string };
  readonly event: 'push' | 'workflow_dispatch';
  readonly ref: string;
  readonly headSha: string;
  readonly title: string;
  readonly by: string;
  readonly createdAt: Instant;
  readonly group: string | null;
  /** Held back by its concurrency group. */
  held: boolean;
  attempt: number;
  /** Rows of the newest attempt. */
  jobIds: number[];
}

export type JobState = 'blocked' | 'queued' | 'running' | 'cancelling' | 'done';
export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface SimulatedJob {
  readonly id: number;
  readonly runId: number;
  readonly repositoryId: number;
  readonly position: number;
  readonly plan: JobPlan;
  readonly name: string;
  readonly parentId: number | null;
  /** The row of a `uses` that the server expands: no runner ever gets it. */
  readonly caller: boolean;
  readonly createdAt: Instant;
  attempt: number;
  state: JobState;
  conclusion: Conclusion | null;
  runnerId: number | null;
  runnerName: string | null;
  startedAt: Instant | null;
  completedAt: Instant | null;
  updatedAt: Instant;
  /** The runner's last report of its task; `null` while a machine keeps reporting. */
  silentSince: Instant | null;
}

/** The row of a registered runner. */
export interface RunnerRegistration {
  readonly id: number;
  readonly uuid: string;
  readonly token: string;
  readonly name: string;
  readonly labels: readonly string[];
  /** At most one is set; none: the instance. */
  readonly repositoryId: number | null;
  readonly owner: string | null;
  readonly ephemeral: boolean;
  readonly createdAt: Instant;
  disabled: boolean;
  /** What its daemon declared, such as `cancelling`. */
  capabilities: readonly string[];
  /** A daemon uses it now. */
  online: boolean;
  lastOnline: Instant | null;
  jobId: number | null;
  lastActive: Instant | null;
}

export interface Hook {
  readonly id: number;
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
  /** `null`: every repository (a system hook). */
  readonly repository: string | null;
  readonly organization: string | null;
}

export interface ApiToken {
  readonly token: string;
  readonly login: string;
  /** `all`, or words such as `read:repository`. */
  readonly scopes: readonly string[];
  readonly admin: boolean;
}

export interface GiteaState {
  version: GiteaVersion;
  readonly accounts: Map<string, Account>;
  readonly repositories: Map<number, SimulatedRepository>;
  /** Lower-case path a repository had → its id. */
  readonly redirects: Map<string, number>;
  readonly blobs: Map<string, string>;
  readonly runs: Map<number, SimulatedRun>;
  readonly jobs: Map<number, SimulatedJob>;
  /** Jobs that a runner holds. */
  readonly running: Set<number>;
  readonly registrations: Map<number, RunnerRegistration>;
  readonly hooks: Map<number, Hook>;
  readonly tokens: ApiToken[];
  readonly ids: { account: number; repository: number; run: number; job: number; registration: number; hook: number };
  /** When the sender of deliveries is free again: they leave in the order in which they were made. */
  lastDeliveryAt: Instant;
}
