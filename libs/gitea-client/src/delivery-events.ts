/** What each event becomes: precise names, as in `X-Gitea-Event-Type` (gitea modules/webhook/type.go). */
export const eventKinds: ReadonlyMap<string, 'workflow-job' | 'push' | 'pull-request' | 'repository'> = new Map([
  ['workflow_job', 'workflow-job'],
  ['push', 'push'],
  ['pull_request', 'pull-request'],
  ['pull_request_assign', 'pull-request'],
  ['pull_request_label', 'pull-request'],
  ['pull_request_milestone', 'pull-request'],
  ['pull_request_review_request', 'pull-request'],
  ['pull_request_sync', 'pull-request'],
  ['pull_request_review_approved', 'pull-request'],
  ['pull_request_review_comment', 'pull-request'],
  ['pull_request_review_rejected', 'pull-request'],
  ['repository', 'repository'],
]);

/** Events of the tried versions that start nothing here. */
export const ignoredEvents: ReadonlySet<string> = new Set([
  'create',
  'delete',
  'fork',
  'issue_assign',
  'issue_comment',
  'issue_label',
  'issue_milestone',
  'issues',
  'package',
  'pull_request_comment',
  'release',
  'status',
  'wiki',
  // Says `completed` while jobs behind a failed one are still to run (1.26), and never comes for some files (1.25).
  'workflow_run',
]);
