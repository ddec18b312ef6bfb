import { readChangedFiles, type GiteaClient, type PushDelivery } from '@tinqs/gitea-client';
import { listWorkflows, matchTriggers, pushEvent, type Decision, type TriggerEvent, type WorkflowFile } from '@tinqs/trigger-matcher';
import { judgedAs, type JobInstance } from '@tinqs/workflow-parser';
import type { AnnouncedRow } from './announced-rows.js';

export interface PredictedPush {
  readonly sha: string;
  readonly decisions: readonly Decision[];
  /** Runs without rows announce nothing. */
  readonly runs: readonly (readonly AnnouncedRow[])[];
}

/** What a push starts, read and judged by the libraries alone. */
export async function predictPush(client: GiteaClient, push: PushDelivery, { version, vars, url }: { readonly version: string; readonly vars: Readonly<Record<string, string>>; readonly url: string }): Promise<PredictedPush> {
  const repository = { id: push.repository.id };
  const sha = push.headCommit?.id ?? push.after;
  if (push.deleted) return { sha, decisions: [], runs: [] };
  const files = (await client.listWorkflowFiles(repository, sha)) ?? [];
  const { gitea } = judgedAs(version);
  const github = { actor: push.sender?.login ?? '', repository: push.repository.fullName, repository_owner: push.repository.owner.login, server_url: url, api_url: `${url}/api/v1` };
  const event = pushEvent({ ref: push.ref, before: push.before, after: sha, changedFiles: await readChangedFiles(client, push), message: push.headCommit?.message ?? '' });
  const create: readonly TriggerEvent[] = push.created ? [{ type: 'create', ref: push.ref, after: sha, context: { github, vars } }] : [];
  const readCallee = (uses: string) => files.find(({ path }) => uses === `./${path}`)?.text;
  const decisions = [{ ...event, context: { github, vars } }, ...create].flatMap((each) => matchTriggers(files, each, { gitea, readCallee }));
  return { sha, decisions, runs: decisions.filter(({ jobs }) => jobs.length > 0).map(({ jobs }) => jobs.map(asAnnounced)) };
}

/** What a push of a commit to main starts, where no delivery tells of it; every path counts as changed. */
export async function predictCommit(client: GiteaClient, repository: { readonly id: number }, sha: string, version: string): Promise<PredictedPush> {
  const decisions = decidedAtHead((await client.listWorkflowFiles(repository, sha)) ?? [], sha, version);
  return { sha, decisions, runs: decisions.filter(({ jobs }) => jobs.length > 0).map(({ jobs }) => jobs.map(asAnnounced)) };
}

function decidedAtHead(files: readonly WorkflowFile[], sha: string, version: string): readonly Decision[] {
  const event = pushEvent({ ref: 'refs/heads/main', before: '1'.repeat(40), after: sha, changedFiles: files.map(({ path }) => path), message: '' });
  return matchTriggers(files, { ...event, context: { vars: {}, github: {} } }, { gitea: judgedAs(version).gitea });
}

/** Pushes that arrive at once are one batch to Gitea, and where it panics over one of them it loses all (modules/queue/workerqueue.go, safeHandler). */
export function losesItsBatch(files: Readonly<Record<string, string>>, version: string): boolean {
  const listed = listWorkflows(Object.keys(files).map((path) => ({ path })), { gitea: judgedAs(version).gitea });
  return decidedAtHead(listed.files.flatMap(({ path }) => (files[path] === undefined ? [] : [{ path, text: files[path] }])), '2'.repeat(40), version).some(({ outcome }) => outcome === 'panic');
}

/** As a server announces a row when its run is made. On 1.27 a caller and its jobs are announced as waiting first, though their rows are not. */
function asAnnounced({ name, labels, status, caller, parent }: JobInstance): AnnouncedRow {
  return { name, labels, status: status === 'waiting' && caller !== true && parent === undefined ? 'queued' : status === 'cancelled' || status === 'skipped' ? 'completed' : 'waiting' };
}
