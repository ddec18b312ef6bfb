/** How Gitea judges an event beyond its name: `plain` looks at no filter, `activity` at `types` alone. */
export type EventFamily = 'plain' | 'push' | 'pull-request' | 'activity' | 'workflow-run';

const issues = ['issues', 'issue_assign', 'issue_label', 'issue_milestone'];
const pullRequests = ['pull_request', 'pull_request_sync', 'pull_request_assign', 'pull_request_label', 'pull_request_review_request', 'pull_request_milestone'];
const reviews = ['pull_request_review_approved', 'pull_request_review_rejected', 'pull_request_review_comment'];
const comments = ['issue_comment', 'pull_request_comment'];

const families = new Map<string, EventFamily>([
  ...['create', 'delete', 'fork', 'wiki', 'schedule'].map((type) => [type, 'plain'] as const),
  ['push', 'push'],
  ...pullRequests.map((type) => [type, 'pull-request'] as const),
  ...[...issues, ...reviews, ...comments, 'release', 'package'].map((type) => [type, 'activity'] as const),
  ['workflow_run', 'workflow-run'],
]);

/** `undefined`: Gitea starts no workflow on such an event. */
export const familyOf = (type: string): EventFamily | undefined => families.get(type);

/** The names under `on` that stand for other events than the one they are called. */
const acceptedBy = new Map<string, readonly string[]>([
  ['registry_package', ['package']],
  ['gollum', ['wiki']],
  ['issues', issues],
  ['pull_request', pullRequests],
  ['pull_request_target', pullRequests],
  ['pull_request_review', reviews],
  ['issue_comment', comments],
]);

/**
 * Says whether a name under `on` takes an event of Gitea's inner type. Names without a rule take the inner type they are called,
 * so `pull_request_sync` works there too. Source: Gitea, modules/actions/github.go.
 */
export const acceptsEvent = (name: string, type: string): boolean => acceptedBy.get(name)?.includes(type) ?? name === type;

/** The name under `on` a person would write for an inner type. */
export function writtenName(type: string): string {
  for (const [name, types] of acceptedBy) if (types.includes(type)) return name;
  return type;
}
