import { foreseeIn, traits, type Simulation } from '../world/simulation.js';
import { accountOf } from './accounts.js';
import { freeRun, holdsBack, makeRoom } from './concurrency.js';
import type { SimulatedJob, SimulatedRepository, SimulatedRun } from './gitea-state.js';
import type { JobPlan, WorkflowPlan } from './job-plan.js';
import { aggregate, announce, finish, jobsOf, makeReady } from './jobs.js';

export interface NewRun {
  readonly workflow: WorkflowPlan;
  readonly event: SimulatedRun['event'];
  readonly ref: string;
  readonly headSha: string;
  readonly title: string;
  readonly by: string;
}

export function insertRun(simulation: Simulation, repository: SimulatedRepository, wanted: NewRun): SimulatedRun {
  const { gitea, now } = simulation.state;
  const { workflow } = wanted;
  makeRoom(simulation, repository, wanted);
  const run: SimulatedRun = {
    id: ++gitea.ids.run,
    repositoryId: repository.id,
    number: ++repository.runs,
    workflow: { file: workflow.file, name: workflow.name ?? workflow.file },
    event: wanted.event,
    ref: wanted.ref,
    headSha: wanted.headSha,
    title: wanted.title,
    by: accountOf(simulation, wanted.by).login,
    createdAt: now,
    group: traits(simulation).concurrency ? (workflow.concurrency?.group ?? null) : null,
    held: false,
    attempt: 1,
    jobIds: [],
  };
  run.held = holdsBack(simulation, repository, run);
  gitea.runs.set(run.id, run);
  repository.openRuns.push(run.id);
  const rows = addRows(simulation, run, workflow.jobs, null);
  for (const job of rows) start(simulation, run, job);
  return run;
}

/** One row per job, in file order; on 1.27 the jobs that a caller calls follow it once it is expanded. */
function addRows(simulation: Simulation, run: SimulatedRun, plans: readonly JobPlan[], parentId: number | null): readonly SimulatedJob[] {
  const { gitea, now } = simulation.state;
  return plans.map((plan) => {
    const job: SimulatedJob = {
      id: ++gitea.ids.job,
      runId: run.id,
      repositoryId: run.repositoryId,
      position: run.jobIds.length,
      plan,
      name: plan.name ?? plan.key,
      parentId,
      caller: traits(simulation).expandsCallers && plan.uses !== undefined,
      createdAt: now,
      attempt: traits(simulation).newIdPerAttempt ? run.attempt : 0,
      state: 'blocked',
      conclusion: null,
      runnerId: null,
      runnerName: null,
      startedAt: null,
      completedAt: null,
      updatedAt: now,
      silentSince: null,
    };
    gitea.jobs.set(job.id, job);
    run.jobIds.push(job.id);
    return job;
  });
}

/** The first that is said of a row: `queued` if it may start, else `waiting`. A caller is never `queued`. */
function start(simulation: Simulation, run: SimulatedRun, job: SimulatedJob): void {
  const mustWait = run.held || needsOf(job).length > 0;
  if (!mustWait && !job.caller) return makeReady(simulation, job);
  announce(simulation, job);
  if (mustWait) return;
  // A caller without `needs` is expanded whatever its `if` says; its jobs are announced like all rows of a new run.
  for (const child of expand(simulation, run, job)) announce(simulation, child);
  foreseeIn(simulation, simulation.timing.ready, { kind: 'look-at-run', runId: run.id });
}

function expand(simulation: Simulation, run: SimulatedRun, caller: SimulatedJob): readonly SimulatedJob[] {
  return addRows(simulation, run, caller.plan.uses ?? [], caller.id);
}

function needsOf(job: SimulatedJob): readonly string[] {
  return job.plan.needs ?? [];
}

/** The re-check of a run, after one of its jobs or a member of its concurrency group has ended. */
export function lookAtRun(simulation: Simulation, runId: number): void {
  const { gitea } = simulation.state;
  const run = gitea.runs.get(runId);
  if (!run || (run.held && !freeRun(simulation, run))) return;
  // Jobs of a caller that is expanded here join the list and are judged at once, without a `waiting`.
  for (let index = 0; index < run.jobIds.length; index += 1) {
    const job = gitea.jobs.get(run.jobIds[index]!);
    if (!job || job.state !== 'blocked' || (job.caller && jobsOf(simulation, run).some((other) => other.parentId === job.id))) continue;
    const decision = decide(simulation, run, job);
    if (decision === 'skip') finish(simulation, job, 'skipped', 'skip');
    else if (decision === 'start' && job.caller) expand(simulation, run, job);
    else if (decision === 'start') makeReady(simulation, job);
  }
}

function decide(simulation: Simulation, run: SimulatedRun, job: SimulatedJob): 'wait' | 'start' | 'skip' {
  const siblings = jobsOf(simulation, run).filter((other) => other.parentId === job.parentId);
  const groups = needsOf(job).map((key) => siblings.filter((other) => other.plan.key === key));
  // A need that does not exist is waited for, for ever.
  if (groups.some((group) => group.length === 0 || group.some((other) => other.state !== 'done'))) return 'wait';
  const allSucceeded = groups.every((group) => aggregate(group) === 'success');
  const { condition } = job.plan;
  if (traits(simulation).expandsCallers && (groups.length > 0 || job.parentId !== null)) {
    return condition === 'always' || (condition !== 'never' && allSucceeded) ? 'start' : 'skip';
  }
  return allSucceeded || condition !== undefined ? 'start' : 'skip';
}
