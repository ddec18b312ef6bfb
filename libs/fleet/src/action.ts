import type { JobId } from './job.js';
import type { Reason } from './reason.js';
import type { Instant } from './time.js';

/** What the planner decides. Every action and every job held back carries its reason. */
export type Action =
  /** Launch one runner of this class. `name` is unique by construction. */
  | { readonly kind: 'grant'; readonly name: string; readonly classId: string; readonly jobId: JobId; readonly reason: Reason }
  /** Ask Gitea for this very job before it counts. */
  | { readonly kind: 'confirm'; readonly jobId: JobId; readonly reason: Reason }
  /** Nothing is done for this job now; `until` where the time is known. */
  | { readonly kind: 'hold'; readonly jobId: JobId; readonly reason: Reason; readonly until: Instant | null };
