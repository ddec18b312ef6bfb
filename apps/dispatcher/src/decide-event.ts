import { readChangedFiles, type Delivery, type GiteaClient, type WorkflowFile } from '@tinqs/gitea-client';
import { pushEvent, type Decision, type TriggerEvent } from '@tinqs/trigger-matcher';
import { judgedAs, parseWorkflow } from '@tinqs/workflow-parser';
import { fileOf, plannedRuns, type PlannedRun } from './planned-runs.js';
import { createCalleeReader, matchWithCallees } from './reusable-workflows.js';

export type RefDelivery = Extract<Delivery, { kind: 'push' | 'pull-request' }>;

/** What an event starts, decided as Gitea decides it. */
export interface DecidedEvent {
  readonly ref: string;
  readonly sha: string;
  /** The names under `on` that it may have started. */
  readonly events: readonly string[];
  readonly decisions: readonly Decision[];
  readonly runs: readonly PlannedRun[];
  /** Every workflow file that was looked at. */
  readonly files: readonly string[];
}

/** The commit whose files Gitea reads: for an annotated tag `after` is the tag object, and a merged request is judged at its merge. */
export function commitOf(delivery: RefDelivery): { readonly ref: string; readonly sha: string } {
  if (delivery.kind === 'push') return { ref: delivery.ref, sha: delivery.headCommit?.id ?? delivery.after };
  const merged = delivery.action === 'closed' && delivery.merged ? delivery.mergeCommit : null;
  return merged === null ? { ref: `refs/pull/${delivery.number}/head`, sha: delivery.head.sha } : { ref: merged, sha: merged };
}

/** Reads the workflows at the event's commit and judges them. `null`: the commit is gone, or has no workflows. */
export async function decideEvent(gitea: GiteaClient, delivery: RefDelivery): Promise<DecidedEvent | null> {
  const repository = { id: delivery.repository.id };
  const { ref, sha } = commitOf(delivery);
  const files = (await gitea.listWorkflowFiles(repository, sha)) ?? [];
  const version = judgedAs(await gitea.version()).gitea;
  const judge = (some: readonly WorkflowFile[], commit: string, event: TriggerEvent) => matchWithCallees(some, event, version, createCalleeReader(gitea, delivery.repository, commit, some));
  const decisions: Decision[] = [];
  let all = files;
  if (delivery.kind === 'push') {
    if (files.length === 0) return null;
    decisions.push(...(await judge(files, sha, eventOf(delivery, await readChangedFiles(gitea, { ...delivery, repository }), null))));
    // A new ref sends `create` beside `push`; that delivery lacks the commit.
    if (delivery.created) decisions.push(...runsOf(await judge(files, sha, { type: 'create', ref, after: sha })));
  } else {
    const event = eventOf(delivery, await readChangedFiles(gitea, { ...delivery, repository }), (await gitea.commit(repository, sha))?.message ?? null);
    decisions.push(...(await judge(files, sha, event)).filter((decision) => decision.trigger?.name !== TARGET));
    const base = ((await gitea.listWorkflowFiles(repository, delivery.base.sha)) ?? []).filter((file) => file.text.includes(TARGET));
    if (base.length > 0) {
      // Its files are those of the branch it goes into.
      const changedFiles = await readChangedFiles(gitea, { ...delivery, repository }, { head: delivery.base.sha });
      decisions.push(...runsOf(await judge(base, delivery.base.sha, { ...event, changedFiles })).filter((decision) => decision.trigger?.name === TARGET));
    }
    all = [...files, ...base];
    if (all.length === 0) return null;
  }
  const titleOf = (path: string) => {
    const parsed = parseWorkflow(all.find((file) => file.path === path)?.text ?? '', { gitea: version });
    return parsed.kind === 'workflow' ? (parsed.workflow.name ?? '') : '';
  };
  const planned = { repository: delivery.repository, ref, sha, distinct: distinctOf(delivery), titleOf };
  return { ref, sha, events: eventsOf(delivery), decisions, runs: plannedRuns(decisions, planned), files: [...new Set(all.map((file) => fileOf(file.path)))] };
}

const TARGET = 'pull_request_target';

function runsOf(decisions: readonly Decision[]): readonly Decision[] {
  return decisions.filter((decision) => decision.outcome === 'runs');
}

function distinctOf(delivery: RefDelivery): readonly string[] {
  return delivery.kind === 'push' ? ['push', delivery.before] : [delivery.event, delivery.action, delivery.base.ref];
}

function eventsOf(delivery: RefDelivery): readonly string[] {
  if (delivery.kind === 'push') return delivery.created ? ['push', 'create'] : ['push'];
  // Labels, reviews and the like come in bursts for one commit: which run is of which event cannot be told apart.
  return ['pull_request', 'pull_request_sync'].includes(delivery.event) && ['opened', 'synchronized', 'reopened'].includes(delivery.action) ? ['pull_request', TARGET] : [];
}

/** `message`: of the head commit of a pull request, which its delivery does not carry. */
export function eventOf(delivery: RefDelivery, changedFiles: readonly string[] | null, message: string | null): TriggerEvent {
  const { ref, sha } = commitOf(delivery);
  if (delivery.kind === 'push') return pushEvent({ ref, before: delivery.before, after: sha, changedFiles, message: delivery.headCommit?.message ?? '' });
  return { type: delivery.event, action: delivery.action, ref, after: sha, baseRef: delivery.base.ref, headRef: delivery.head.ref, changedFiles, title: delivery.title, ...(message === null ? {} : { message }) };
}
