import { isOpenPlan, replacedPlans, scopeKey, type Controller, type FleetPorts, type Job, type JobFact, type PlannedFrom, type Scope } from '@tinqs/fleet';
import type { GiteaClient } from '@tinqs/gitea-client';
import { toFact, type DispatchSource } from '@tinqs/installation';
import { readMade, statusVerdict, type Made, type MadeRun } from './made-runs.js';

export interface PlanLookTools {
  readonly gitea: Pick<GiteaClient, 'call' | 'repositoryById' | 'listJobs' | 'listRunJobs' | 'commitStatuses'>;
  readonly source: DispatchSource;
  readonly ports: FleetPorts;
  readonly controller: Pick<Controller, 'record'>;
}

/** Events take up to 3.5 s, and so does the row of a job: what is not there after this will not come. */
export const SETTLE_MS = 10_000;

/** What becomes of a planned job. */
export type PlanFate =
  /** Its run is there: rows stand for it now. */
  | { readonly kind: 'replaced'; readonly run: MadeRun | null }
  /** Gitea made no such run. */
  | { readonly kind: 'not-made' }
  | { readonly kind: 'final'; readonly conclusion: string }
  | { readonly kind: 'queued' | 'blocked'; readonly via: 'plan' | 'read' }
  | { readonly kind: 'unchanged' };

/** Judges one open planned job by what Gitea shows. `jobs`: of its scope. */
export function fateOf(job: Job, made: Made, jobs: readonly Job[], now: number): PlanFate {
  const from = job.planned!;
  if (made.kind === 'runs') {
    const run = made.runs.find((each) => each.file === from.file && each.event === from.event && each.ref === from.ref);
    if (run !== undefined) return { kind: 'replaced', run };
    return now - job.queuedAt >= SETTLE_MS ? { kind: 'not-made' } : { kind: 'unchanged' };
  }
  if (replacedPlans(jobs).has(job.id)) return { kind: 'replaced', run: null };
  const verdict = made.kind === 'statuses' && !sharesEntry(job, jobs) ? statusVerdict(made.statuses, { name: job.name, from }) : { kind: 'unseen' as const };
  if (verdict.kind === 'final') return verdict;
  if (verdict.kind === 'open') return { kind: 'queued', via: 'read' };
  if (verdict.kind === 'blocked') return { kind: 'blocked', via: 'read' };
  // Without an entry: it may start when nothing of its run that it waits for is open any more.
  if (job.status !== 'blocked') return { kind: 'unchanged' };
  const waits = jobs.some((each) => each.planned?.run === from.run && each.status !== 'done' && from.needs.includes(each.planned.key));
  return waits ? { kind: 'unchanged' } : { kind: 'queued', via: 'plan' };
}

/** A branch and a tag pushed at one commit: their runs write to the same entries, which then say nothing of either. */
export function sharesEntry({ id, headSha, planned }: { readonly id: string; readonly headSha: string | null; readonly planned?: PlannedFrom }, jobs: readonly Job[]): boolean {
  return jobs.some((each) => each.id !== id && each.headSha === headSha && each.planned?.context === planned?.context);
}

/**
 * Compares the open planned jobs of a scope with Gitea: its own rows take their place, what is over is over, and what
 * waited for others may start. Before every plan that a knock causes, so that no machine is launched for a job that
 * is known to be gone. Where no delivery announces jobs, queued ones are listed again: a knock often says that a
 * machine ended, and with its job others became ready. One query where nothing of this is so.
 */
export function createPlanLook({ gitea, source, ports, controller }: PlanLookTools): (scope: Scope) => Promise<void> {
  return async (scope) => {
    const { jobs } = await ports.store.loadScope(scopeKey(scope));
    const open = jobs.filter(isOpenPlan);
    const unheard = jobs.filter((job) => job.planned === undefined && !job.announced);
    if (open.length === 0 && unheard.length === 0) return;
    const server = await ports.server();
    if (server.jobsApi && source !== 'workflow_job') await listAgain(scope, unheard, new Map(jobs.map((job) => [job.id, job])));
    const commits = new Map(open.map((job) => [`${job.repository.id} ${job.headSha}`, job]));
    for (const [key, first] of commits) {
      const askedAt = ports.now();
      const made = await readMade(gitea, server, first.repository, first.headSha ?? '').catch((cause: unknown): Made => {
        ports.log.warn('Gitea could not be asked about planned jobs', { repository: first.repository.fullName, sha: first.headSha, cause });
        return { kind: 'unknown' };
      });
      for (const job of open.filter((each) => `${each.repository.id} ${each.headSha}` === key)) await carryOut(scope, job, fateOf(job, made, jobs, askedAt), askedAt);
    }
  };

  async function listAgain(scope: Scope, unheard: readonly Job[], known: ReadonlyMap<string, Job>): Promise<void> {
    for (const repository of new Map(unheard.map((job) => [job.repository.id, job.repository])).values()) {
      const askedAt = ports.now();
      try {
        const queued = await gitea.listJobs({ status: 'queued', scope: { kind: 'repository', repository: { id: repository.id } } });
        for (const job of queued) {
          const fact = toFact(job, repository, askedAt, 'listing');
          await controller.record(scope, fact, known.get(fact.id));
        }
      } catch (cause) {
        // The sweep lists them all in any case.
        ports.log.warn('queued jobs could not be listed', { repository: repository.fullName, cause });
      }
    }
  }

  async function carryOut(scope: Scope, job: Job, fate: PlanFate, askedAt: number): Promise<void> {
    switch (fate.kind) {
      case 'unchanged':
        return;
      case 'queued':
      case 'blocked':
        if (fate.kind !== job.status || fate.via === 'read') await controller.record(scope, factOf(job, { status: fate.kind, conclusion: null, seenAt: askedAt, via: fate.via }));
        return;
      case 'final':
        await controller.record(scope, factOf(job, { status: 'done', conclusion: fate.conclusion, seenAt: askedAt, via: 'read' }));
        return;
      case 'replaced':
        // Rows first: a crash in between leaves both, and rows hide plans.
        if (fate.run !== null) await recordRows(controller, scope, job.repository, [fate.run], askedAt);
        return forget(scope, job, 'replaced', askedAt);
      case 'not-made':
        return forget(scope, job, 'not-made', askedAt);
    }
  }

  /** Its row is the job of history; the plan leaves no second one. */
  async function forget(scope: Scope, job: Job, conclusion: string, seenAt: number): Promise<void> {
    await controller.record(scope, factOf(job, { status: 'done', conclusion, seenAt, via: 'plan' }));
    await ports.store.deleteJob(scopeKey(scope), job.id);
    ports.log.info('planned job closed', { job: job.id, name: job.name, repository: job.repository.fullName, conclusion });
  }
}

/** Records the rows of runs that are not over: as demand, or to know which runner took which. */
export async function recordRows(controller: Pick<Controller, 'record'>, scope: Scope, repository: Job['repository'], runs: readonly MadeRun[], askedAt: number): Promise<void> {
  for (const row of runs.flatMap((run) => run.jobs)) {
    if (row.status === 'queued' || row.status === 'in_progress') await controller.record(scope, toFact(row, repository, askedAt, 'listing'));
  }
}

function factOf(job: Job, change: Pick<JobFact, 'status' | 'conclusion' | 'seenAt' | 'via'>): JobFact {
  const { id, repository, runId, name, labels, headSha, headBranch, url, createdAt } = job;
  return { id, repository, runId, name, labels, headSha, headBranch, url, createdAt, runnerId: null, ...change, ...(job.planned === undefined ? {} : { planned: job.planned }) };
}
