import { tellCancelled } from '../ec2/runner-daemon.js';
import { traits, type Simulation } from '../world/simulation.js';
import type { SimulatedRepository, SimulatedRun } from './gitea-state.js';
import type { NewRun } from './runs.js';
import { announce, finish, isOver, jobsOf } from './jobs.js';

/**
 * What a new run does to older ones. Up to 1.25: a push or dispatch cancels the unfinished runs of its workflow and
 * ref. From 1.26: its concurrency group decides, running members only with `cancel-in-progress`.
 */
export function makeRoom(simulation: Simulation, repository: SimulatedRepository, wanted: NewRun): void {
  const { concurrency } = wanted.workflow;
  if (!traits(simulation).cancelsOlderRuns && !concurrency) return;
  const open = repository.openRuns.flatMap((id) => simulation.state.gitea.runs.get(id) ?? []);
  if (traits(simulation).cancelsOlderRuns) {
    const older = open.filter((run) => run.ref === wanted.ref && run.event === wanted.event && run.workflow.file === wanted.workflow.file && !isOver(simulation, run));
    for (const run of older) supersede(simulation, run);
    return;
  }
  if (!concurrency) return;
  for (const run of open.filter((each) => each.group === concurrency.group)) {
    if (concurrency.cancelInProgress || !isRunning(simulation, run)) cancelRun(simulation, run);
  }
}

/** A job that was running is announced as `in_progress` once more, though it is over; 1.24 names no runner then. */
function supersede(simulation: Simulation, run: SimulatedRun): void {
  for (const job of jobsOf(simulation, run)) {
    if (job.state === 'running') {
      announce(simulation, job, traits(simulation).namesRunnerOnlyInReports ? 'runner-and-steps' : 'steps');
      finish(simulation, job, 'cancelled', 'quiet-cancel');
    } else if (job.state !== 'done') finish(simulation, job, 'cancelled', 'cancel');
  }
}

/** A cancel in the web page, or by a concurrency group. Up to 1.25 nothing announces the end of a job that was running. */
export function cancelRun(simulation: Simulation, run: SimulatedRun): void {
  const { gitea } = simulation.state;
  for (const job of jobsOf(simulation, run)) {
    if (job.state === 'done') continue;
    if (job.state !== 'running' || job.caller) {
      finish(simulation, job, 'cancelled', 'cancel');
      continue;
    }
    const registration = job.runnerId === null ? undefined : gitea.registrations.get(job.runnerId);
    if (traits(simulation).cancelling && registration?.capabilities.includes('cancelling')) {
      job.state = 'cancelling';
      announce(simulation, job);
      tellCancelled(simulation, job);
    } else finish(simulation, job, 'cancelled', traits(simulation).announcesCancel ? 'cancel' : 'quiet-cancel');
  }
}

/** Must the new run wait for a running member of its group? */
export function holdsBack(simulation: Simulation, repository: SimulatedRepository, run: SimulatedRun): boolean {
  if (run.group === null) return false;
  return repository.openRuns.some((id) => {
    const other = simulation.state.gitea.runs.get(id);
    return other !== undefined && other.id !== run.id && other.group === run.group && isRunning(simulation, other);
  });
}

export function freeRun(simulation: Simulation, run: SimulatedRun): boolean {
  const repository = simulation.state.gitea.repositories.get(run.repositoryId);
  if (!repository || holdsBack(simulation, repository, run)) return false;
  run.held = false;
  return true;
}

function isRunning(simulation: Simulation, run: SimulatedRun): boolean {
  return jobsOf(simulation, run).some((job) => job.state === 'running' || job.state === 'cancelling');
}
