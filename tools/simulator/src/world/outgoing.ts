import type { Instant } from '@tinqs/fleet';
import type { Hook, SimulatedJob, SimulatedRepository, SimulatedRun } from '../gitea/gitea-state.js';

/** A repository as it was when something happened to it. */
export type RepositoryCopy = Pick<SimulatedRepository, 'id' | 'owner' | 'name' | 'private' | 'defaultBranch' | 'createdAt' | 'updatedAt'> & { readonly branchCount: number };

/** What a delivery reports, frozen in the moment it happened. */
export type Report =
  | { readonly event: 'workflow_job'; readonly action: string; readonly job: SimulatedJob; readonly run: SimulatedRun; readonly stale: 'steps' | 'runner-and-steps' | null }
  | { readonly event: 'push'; readonly ref: string; readonly before: string; readonly after: string; readonly commits: readonly string[]; readonly head: string | null; readonly by: string }
  | { readonly event: 'create' | 'delete'; readonly ref: string; readonly refType: 'branch' | 'tag'; readonly sha: string; readonly by: string }
  | { readonly event: 'repository'; readonly action: 'created' | 'deleted'; readonly by: string };

/** One attempt to tell one hook of one event: there is no second. */
export interface Delivery {
  readonly kind: 'delivery';
  readonly id: string;
  readonly at: Instant;
  readonly hook: Hook;
  readonly repository: RepositoryCopy;
  readonly report: Report;
}

/** What EventBridge is told of a machine, best effort. */
export interface InstanceEvent {
  readonly kind: 'instance-event';
  readonly at: Instant;
  readonly detailType: 'EC2 Spot Instance Interruption Warning' | 'EC2 Instance State-change Notification';
  readonly detail: { readonly 'instance-id': string; readonly 'instance-action'?: 'terminate'; readonly state?: string };
}

export type Outgoing = Delivery | InstanceEvent;
