import { readFileSync } from 'node:fs';
import { parseDelivery } from '@tinqs/gitea-client';
import { pushEvent, type TriggerEvent } from '@tinqs/trigger-matcher';
import { CommandFailure } from './failure.js';

/** What is read of a payload beyond pushes and pull requests: Gitea's words as they are. */
interface Payload {
  readonly action?: string;
  readonly ref?: string;
  readonly ref_type?: string;
  readonly sha?: string;
  readonly changes?: { readonly added_labels?: readonly unknown[]; readonly removed_labels?: readonly unknown[] };
  readonly release?: { readonly tag_name?: string };
  readonly workflow?: { readonly name?: string };
  readonly workflow_run?: { readonly head_branch?: string };
  readonly repository?: { readonly full_name?: string; readonly html_url?: string };
  readonly sender?: { readonly login?: string };
}

/** Events that Gitea tells of and that start workflows, beside those that a delivery is read for in full. */
const OTHERS = new Set(['create', 'delete', 'fork', 'wiki', 'issues', 'issue_assign', 'issue_label', 'issue_milestone', 'issue_comment', 'pull_request_comment', 'release', 'package', 'workflow_run']);
const SHAPE = 'a recorded delivery, { "headers": { "X-Gitea-Event-Type": … }, "body": … }';

/** A recorded delivery, `{ headers, body }`. Its payload does not list the changed files reliably, so they come from elsewhere. */
export function eventOfDelivery(file: string, changedFiles: readonly string[] | null): TriggerEvent {
  const { headers, body } = read(file);
  const event = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-gitea-event-type')?.[1] ?? '';
  const payload = payloadOf(file, body);
  const context = { github: contextOf(payload) };
  // Who writes one by hand gives the type alone.
  const delivery = parseDelivery({ ...headers, 'x-gitea-delivery': 'recorded', 'x-gitea-event': event }, Buffer.from(body));
  switch (delivery.kind) {
    case 'push':
      return { ...pushEvent({ ref: delivery.ref, before: delivery.before, after: delivery.deleted ? delivery.after : (delivery.headCommit?.id ?? delivery.after), changedFiles, message: delivery.headCommit?.message ?? '' }), context };
    case 'pull-request':
      return { type: delivery.event, action: delivery.action, ref: `refs/pull/${delivery.number}/head`, after: delivery.head.sha, baseRef: delivery.base.ref, headRef: delivery.head.ref, title: delivery.title, changedFiles, context };
    case 'refused':
      throw new CommandFailure(2, `${file}: ${delivery.sentence}`);
    default:
      if (OTHERS.has(event)) return { ...otherEvent(event, payload), changedFiles, context };
      throw new CommandFailure(2, `${file}: ${event} starts no workflow`);
  }
}

function read(file: string): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  let recorded: { headers?: unknown; body?: unknown };
  try {
    recorded = JSON.parse(readFileSync(file, 'utf8')) as typeof recorded;
  } catch (cause) {
    throw new CommandFailure(2, `${file}: expected ${SHAPE}: ${(cause as Error).message}`, { cause });
  }
  const { headers, body } = recorded ?? {};
  if (typeof headers !== 'object' || headers === null || body === undefined || body === null) throw new CommandFailure(2, `${file}: expected ${SHAPE}; ${typeof headers === 'object' && headers !== null ? 'it has no body' : 'it has no headers'}`);
  const texts = Object.entries(headers).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)] as const);
  return { headers: Object.fromEntries(texts), body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function payloadOf(file: string, body: string): Payload {
  try {
    const payload: unknown = JSON.parse(body);
    if (typeof payload === 'object' && payload !== null) return payload as Payload;
  } catch (cause) {
    throw new CommandFailure(2, `${file}: the body is no JSON: ${(cause as Error).message}`, { cause });
  }
  throw new CommandFailure(2, `${file}: the body is no JSON object`);
}

function otherEvent(type: string, { action, ref, ref_type: kind, sha, changes, release, workflow, workflow_run: run }: Payload): TriggerEvent {
  return {
    type,
    ...(action === undefined ? {} : { action }),
    ...(ref === undefined ? {} : { ref: ref.startsWith('refs/') ? ref : `refs/${kind === 'tag' ? 'tags' : 'heads'}/${ref}` }),
    ...(release?.tag_name === undefined ? {} : { ref: `refs/tags/${release.tag_name}` }),
    ...(sha === undefined ? {} : { after: sha }),
    // Issues do not say which label came or went: taken as one that came.
    addedLabels: changes?.added_labels?.length ?? 1,
    removedLabels: changes?.removed_labels?.length ?? 0,
    ...(workflow?.name === undefined ? {} : { workflowName: workflow.name }),
    ...(run?.head_branch === undefined ? {} : { headBranch: run.head_branch }),
  };
}

/** What expressions in names and labels see of it. */
function contextOf({ repository, sender }: Payload): Readonly<Record<string, string>> {
  const name = repository?.full_name;
  const server = name !== undefined && repository?.html_url?.endsWith(name) ? repository.html_url.slice(0, -name.length) : undefined;
  return {
    ...(sender?.login === undefined ? {} : { actor: sender.login }),
    ...(name === undefined ? {} : { repository: name, repository_owner: name.split('/')[0] ?? '' }),
    ...(server === undefined ? {} : { server_url: server, api_url: `${server}api/v1` }),
  };
}
