import { scopeOf, type Controller, type FleetPorts, type FleetSettings } from '@tinqs/fleet';
import { isGiteaError, readChangedFiles, type Delivery, type GiteaClient } from '@tinqs/gitea-client';
import { toFact } from '@tinqs/installation';
import { explainDecision, matchTriggers, pushEvent, type Decision, type TriggerEvent } from '@tinqs/trigger-matcher';
import { judgedAs, type GiteaVersion } from '@tinqs/workflow-parser';
import type { PlanEvent } from './dispatch.js';

type RefDelivery = Extract<Delivery, { kind: 'push' | 'pull-request' }>;

export interface PlanEventTools {
  readonly gitea: GiteaClient;
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly controller: Pick<Controller, 'record'>;
}

/**
 * What a push or pull request starts: decided here as Gitea decides it, and recorded with its reasons. Where the
 * server can list its jobs, the list is the demand, whatever was decided.
 */
export function createPlanEvent(tools: PlanEventTools): PlanEvent {
  return async (delivery, receivedAt) => {
    const { ports, settings } = tools;
    if (!startsRuns(delivery)) return { scopes: [], sentence: 'nothing to plan: a test delivery or a deleted ref' };
    const scope = scopeOf(settings.scopeKind, delivery.repository);
    const sentence = await decide(delivery, tools).catch((cause: unknown) => {
      ports.log.warn('event could not be matched', { deliveryId: delivery.id, cause });
      return 'the workflows could not be read';
    });
    if (!(await ports.server()).jobsApi) return { scopes: [scope], sentence };
    const seenAt = ports.now();
    const jobs = await tools.gitea.listJobs({ status: 'queued', scope: { kind: 'repository', repository: { id: delivery.repository.id } } }).catch((cause: unknown) => {
      // Deleted since: it has no jobs any more.
      if (isGiteaError(cause, 'not-found')) return [];
      throw cause;
    });
    for (const job of jobs) await tools.controller.record(scope, toFact(job, delivery.repository, Math.max(seenAt, receivedAt), 'listing'));
    return { scopes: jobs.length === 0 ? [] : [scope], sentence };
  };
}

function startsRuns(delivery: RefDelivery): boolean {
  return delivery.kind === 'pull-request' || !(delivery.isTest || delivery.deleted);
}

/** One sentence: how many workflows run, and why each of the others does not. */
export function summarise(decisions: readonly Decision[]): string {
  const paths = [...new Set(decisions.map((decision) => decision.path))];
  const running = new Set(decisions.filter((decision) => decision.outcome === 'runs').map((decision) => decision.path));
  const others = decisions.filter((decision) => !running.has(decision.path)).map((decision) => `why not ${decision.path.replace(/^.*\//, '')}: ${decision.reason.sentence}`);
  const head = `${running.size} of ${paths.length} ${paths.length === 1 ? 'workflow runs' : 'workflows run'}`;
  return [head, ...others].join('; ').slice(0, 2_000);
}

async function decide(delivery: RefDelivery, tools: PlanEventTools): Promise<string> {
  const { gitea } = tools;
  const repository = { id: delivery.repository.id };
  const commit = delivery.kind === 'push' ? (delivery.headCommit?.id ?? delivery.after) : delivery.head.sha;
  const files = await gitea.listWorkflowFiles(repository, commit);
  if (files === null || files.length === 0) return 'no workflow files';
  const changedFiles = await readChangedFiles(gitea, { ...delivery, repository });
  const decisions = matchTriggers(files, eventOf(delivery, changedFiles), { gitea: await versionOf(gitea) });
  for (const decision of decisions.filter((each) => each.outcome !== 'runs' && each.outcome !== 'no-match')) tools.ports.log.warn('workflow starts nothing', { repository: delivery.repository.fullName, why: explainDecision(decision) });
  return summarise(decisions);
}

export function eventOf(delivery: RefDelivery, changedFiles: readonly string[] | null): TriggerEvent {
  if (delivery.kind === 'push') return pushEvent({ ref: delivery.ref, before: delivery.before, after: delivery.after, changedFiles, message: delivery.headCommit?.message ?? '' });
  return { type: delivery.event, action: delivery.action, baseRef: delivery.base.ref, headRef: delivery.head.ref, changedFiles, title: delivery.title };
}

async function versionOf(gitea: GiteaClient): Promise<GiteaVersion> {
  return judgedAs(await gitea.version()).gitea;
}

