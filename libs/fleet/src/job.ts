import type { RecordedReason } from './reason.js';
import type { Repository, ScopeKey } from './scope.js';
import type { Instant } from './time.js';

/** Gitea's job id in decimal; a job planned from a push that Gitea has not announced has an id beginning with `planned:`. */
export type JobId = string;

/**
 * `queued`: a runner may take it now (Gitea says `queued`). `blocked`: waiting on needs, an approval or its
 * concurrency group (Gitea says `waiting`).
 */
export type JobStatus = 'blocked' | 'queued' | 'running' | 'done';

/** The conclusion of what Gitea does not show any more: how it ended nobody knows, unless Gitea says so yet. */
export const GONE = 'gone';

/** One thing that happened to a job or its machine, for `why`. `detail` is one line of plain text. */
export interface TimelineEntry {
  readonly at: Instant;
  readonly event: string;
  readonly detail: string;
}

/** What a planned job was planned from: a run that Gitea is expected to make, and the job's place in it. */
export interface PlannedFrom {
  /** The run, by a key that is the same for every delivery of one event. */
  readonly run: string;
  /** The workflow's file within its folder, and the name under `on` that matched. */
  readonly file: string;
  readonly event: string;
  readonly ref: string;
  /** The job's key under `jobs`, and the keys it waits for. */
  readonly key: string;
  readonly needs: readonly string[];
  /** How Gitea calls it among the statuses of its commit: `ci / build (push)`. */
  readonly context: string;
}

/** A job as the table holds it while it is alive. */
export interface Job {
  readonly id: JobId;
  readonly scope: ScopeKey;
  readonly repository: Repository;
  readonly runId: number | null;
  readonly name: string;
  readonly labels: readonly string[];
  readonly status: JobStatus;
  readonly conclusion: string | null;
  /** Raised when Gitea itself says that a final or running job is queued again (re-runs up to 1.26, a returned claim on 1.27). */
  readonly generation: number;
  readonly headSha: string | null;
  readonly headBranch: string | null;
  /** `html_url`: the only address a person pastes, and never built from a run number. */
  readonly url: string | null;
  /** When Gitea made it, by its clock. */
  readonly createdAt: Instant | null;
  readonly queuedAt: Instant;
  /** When an event, a read or a listing last said that it is queued. */
  readonly confirmedAt: Instant;
  /** When a runner that may have run it vanished: what was confirmed before then counts no more. */
  readonly doubtedAt?: Instant;
  /** A delivery announced that it is ready. False: found by a listing, so a webhook was missed (or it is the caller of a reusable workflow). */
  readonly announced: boolean;
  /** On Gitea ≥ 1.27: a listed row whose key has `uses` in its file is taken by no runner. `null`: not looked up. */
  readonly caller: boolean | null;
  readonly pickedAt: Instant | null;
  readonly completedAt: Instant | null;
  /** Gitea's id of the runner that took it. Never matched by name. */
  readonly runnerId: number | null;
  /** Own launch or boot failures since it was queued, and the time before which nothing is tried again. */
  readonly failures: number;
  readonly notBefore: Instant | null;
  /** Machines of its class that idled out beside it since it was queued. */
  readonly idleOuts: number;
  /** The five newest, newest first. */
  readonly reasons: readonly RecordedReason[];
  /** At most forty, oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** Raised by every write; a write names the one it read. */
  readonly version: number;
  /** Only of a job that was planned from a push, and that no row of Gitea stands for yet. */
  readonly planned?: PlannedFrom;
}

/** What stays of a job for 90 days, so that a late duplicate finds it. */
export interface JobRecord {
  readonly id: JobId;
  readonly scope: ScopeKey;
  readonly repository: Repository;
  readonly runId: number | null;
  readonly name: string;
  readonly url: string | null;
  /** Generation and moment of the last final state; `null` while it never was final. */
  readonly final: { readonly generation: number; readonly conclusion: string | null; readonly at: Instant } | null;
}

/** What Gitea said of a job at one moment: by a delivery, a listing or a read of that very job. */
export interface JobFact {
  readonly id: JobId;
  readonly repository: Repository;
  readonly runId: number | null;
  readonly name: string;
  readonly labels: readonly string[];
  readonly status: JobStatus;
  readonly conclusion: string | null;
  readonly headSha: string | null;
  readonly headBranch: string | null;
  readonly url: string | null;
  readonly runnerId: number | null;
  readonly createdAt: Instant | null;
  /** When it was asked or received: for an answer, the moment the request was *sent*. */
  readonly seenAt: Instant;
  readonly via: 'delivery' | 'listing' | 'read' | 'plan';
  readonly planned?: PlannedFrom;
}
