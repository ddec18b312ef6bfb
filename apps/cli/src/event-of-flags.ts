import { pushEvent, type TriggerEvent } from '@tinqs/trigger-matcher';
import { CommandFailure } from './failure.js';

export interface EventFlags {
  readonly event?: string;
  readonly ref?: string;
  readonly files?: string;
  readonly message?: string;
  readonly title?: string;
  readonly action?: string;
  readonly workflow?: string;
}

const COMMIT = { before: '1'.repeat(40), after: '2'.repeat(40) };

/** What `--event` may name: the words under `on`, and what Gitea calls the event. */
const EVENTS = new Map<string, string>([
  ...['push', 'pull_request', 'issues', 'issue_comment', 'pull_request_comment', 'release', 'create', 'delete', 'fork', 'workflow_run', 'pull_request_review_comment'].map((name) => [name, name] as const),
  ['pull_request_target', 'pull_request'],
  ['pull_request_review', 'pull_request_review_approved'],
  ['registry_package', 'package'],
  ['gollum', 'wiki'],
  ['schedule', 'cron'],
  ['workflow_dispatch', 'dispatch'],
]);

/** The words of `types` that are an event of their own to Gitea, or another word. */
const ACTIVITIES = new Map<string, { readonly suffix: string; readonly action: string }>([
  ['synchronize', { suffix: 'sync', action: 'synchronized' }],
  ['labeled', { suffix: 'label', action: 'label_updated' }],
  ['unlabeled', { suffix: 'label', action: 'label_cleared' }],
  ['assigned', { suffix: 'assign', action: 'assigned' }],
  ['unassigned', { suffix: 'assign', action: 'unassigned' }],
  ['milestoned', { suffix: 'milestone', action: 'milestoned' }],
  ['demilestoned', { suffix: 'milestone', action: 'demilestoned' }],
  ['review_requested', { suffix: 'review_request', action: 'review_requested' }],
  ['review_request_removed', { suffix: 'review_request', action: 'review_request_removed' }],
]);
const DEFAULT_ACTION = new Map([['pull_request', 'opened'], ['issues', 'opened'], ['issue_comment', 'created'], ['pull_request_comment', 'created'], ['release', 'published'], ['package', 'created'], ['workflow_run', 'completed'], ['pull_request_review_approved', 'reviewed'], ['pull_request_review_comment', 'reviewed']]);

/** The event that the flags describe, in Gitea's words. */
export function eventOfFlags(flags: EventFlags, changedFiles: readonly string[] | null): TriggerEvent {
  const name = flags.event ?? 'push';
  const type = EVENTS.get(name);
  if (type === undefined) throw new CommandFailure(2, `--event ${name}: expected one of ${[...EVENTS.keys()].sort().join(', ')}`);
  const ref = fullRef(flags.ref ?? 'main');
  const message = flags.message ?? '';
  if (type === 'push') return pushEvent({ ref, ...COMMIT, changedFiles, message });
  if (type === 'dispatch') return { type, ref, after: COMMIT.after, ...(flags.workflow === undefined ? {} : { workflow: flags.workflow }) };
  const short = ref.replace(/^refs\/(heads|tags)\//, '');
  const action = flags.action ?? DEFAULT_ACTION.get(type);
  return { ref, after: COMMIT.after, baseRef: short, headRef: 'topic', headBranch: short, workflowName: flags.workflow ?? '', changedFiles, message, title: flags.title ?? '', ...activity(type, action) };
}

function activity(type: string, action: string | undefined): Pick<TriggerEvent, 'type' | 'action' | 'addedLabels'> {
  if (action === undefined) return { type };
  const known = type === 'pull_request' || type === 'issues' ? ACTIVITIES.get(action) : undefined;
  if (!known) return { type, action: type.startsWith('pull_request_review') ? 'reviewed' : type === 'release' && action === 'edited' ? 'updated' : type === 'package' && action === 'published' ? 'created' : action };
  const labels = type === 'issues' && action === 'labeled' ? { addedLabels: 1 } : {};
  return { type: `${type === 'issues' ? 'issue' : type}_${known.suffix}`, action: known.action, ...labels };
}

/** A bare name is a branch. */
function fullRef(ref: string): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}
