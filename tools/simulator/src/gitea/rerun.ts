import { traits, type Simulation } from '../world/simulation.js';
import type { SimulatedJob, SimulatedRun } from './gitea-state.js';
import { isOver, jobsOf, leaveQueue, makeReady, announce } from './jobs.js';

export type RerunAnswer =
  | { readonly kind: 'started'; readonly job: SimulatedJob | null }
  | { readonly kind: 'not-done' }
  /** An unknown id; on 1.27 also one of an older attempt. */
  | { readonly kind: 'not-found' };

export type RerunWhat = { readonly job: number } | 'all' | 'failed';

/**
 * Runs jobs again: what was named and whatever stands behind it. Up to 1.26 the rows keep their ids; on 1.27 every
 * row of the run gets a new one, and what is not run again is copied as completed without any event.
 */
export function rerun(simulation: Simulation, runId: number, what: RerunWhat): RerunAnswer {
  const { gitea } = simulation.state;
  const run = gitea.runs.get(runId);
  const named = typeof what === 'object' ? what.job : null;
  if (!run || (named !== null && !run.jobIds.includes(named))) return { kind: 'not-found' };
  const isPageOf124 = gitea.version === '1.24' && named !== null && gitea.jobs.get(named)?.state === 'done';
  if (!isPageOf124 && !isOver(simulation, run)) return { kind: 'not-done' };
  const rows = jobsOf(simulation, run);
  const chosen = withDependents(rows, seeds(simulation, rows, what));
  const fresh = traits(simulation).newIdPerAttempt ? renew(simulation, run, rows, chosen) : new Map(rows.map((job) => [job.id, job]));
  const repository = gitea.repositories.get(run.repositoryId);
  if (chosen.size > 0 && repository && !repository.openRuns.includes(run.id)) repository.openRuns.push(run.id);
  for (const old of rows) {
    const job = fresh.get(old.id);
    if (!job || !chosen.has(old.id)) continue;
    reset(simulation, job);
    const waits = (job.plan.needs ?? []).some((key) => rows.some((other) => other.plan.key === key && other.parentId === old.parentId && chosen.has(other.id)));
    if (waits || job.caller) announce(simulation, job);
    else makeReady(simulation, job);
  }
  return { kind: 'started', job: named === null ? null : (fresh.get(named) ?? null) };
}

/** `rerun-failed-jobs` where nothing failed: 1.27.0 runs everything again, 1.26.4 nothing. */
function seeds(simulation: Simulation, rows: readonly SimulatedJob[], what: RerunWhat): readonly SimulatedJob[] {
  if (what === 'all') return rows;
  if (typeof what === 'object') return rows.filter((job) => job.id === what.job);
  const failed = rows.filter((job) => job.conclusion === 'failure' || job.conclusion === 'cancelled');
  return failed.length === 0 && traits(simulation).newIdPerAttempt ? rows : failed;
}

function withDependents(rows: readonly SimulatedJob[], first: readonly SimulatedJob[]): ReadonlySet<number> {
  const chosen = new Set(first.map((job) => job.id));
  for (let grown = true; grown; ) {
    const before = chosen.size;
    for (const job of rows) {
      const needed = rows.filter((other) => other.parentId === job.parentId && (job.plan.needs ?? []).includes(other.plan.key));
      const parent = job.parentId;
      if (needed.some((other) => chosen.has(other.id)) || (parent !== null && chosen.has(parent))) chosen.add(job.id);
    }
    grown = chosen.size > before;
  }
  return chosen;
}

function renew(simulation: Simulation, run: SimulatedRun, rows: readonly SimulatedJob[], chosen: ReadonlySet<number>): ReadonlyMap<number, SimulatedJob> {
  const { gitea, now } = simulation.state;
  const fresh = new Map<number, SimulatedJob>();
  if (chosen.size === 0) return fresh;
  run.attempt += 1;
  for (const old of rows) {
    const parentId = old.parentId === null ? null : (fresh.get(old.parentId)?.id ?? null);
    const job: SimulatedJob = { ...old, id: ++gitea.ids.job, parentId, attempt: run.attempt, createdAt: chosen.has(old.id) ? now : old.createdAt };
    gitea.jobs.set(job.id, job);
    fresh.set(old.id, job);
  }
  run.jobIds = [...fresh.values()].map((job) => job.id);
  return fresh;
}

/** The attempt's number stays until the next pick-up (≤ 1.26). */
function reset(simulation: Simulation, job: SimulatedJob): void {
  leaveQueue(simulation, job);
  Object.assign(job, { state: 'blocked', conclusion: null, runnerId: null, runnerName: null, startedAt: null, completedAt: null, silentSince: null, updatedAt: simulation.state.now });
}
