import type { JobStatus } from '@tinqs/fleet';
import type { Job } from '@tinqs/gitea-client';

const STATUS: { readonly [status in Job['status']]: JobStatus } = { queued: 'queued', waiting: 'blocked', in_progress: 'running', completed: 'done', unknown: 'blocked' };

/** `unknown` words of a newer server count as not ready: the sweep reads again. */
export function jobStatusOf(status: Job['status']): JobStatus {
  return STATUS[status];
}
