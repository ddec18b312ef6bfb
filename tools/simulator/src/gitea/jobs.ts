import { foresee, foreseeIn, traits, type Simulation } from '../world/simulation.js';
import { wakeRunners } from '../ec2/runner-daemon.js';
import { send } from './deliveries.js';
import type { Conclusion, JobState, SimulatedJob, SimulatedRun } from './gitea-state.js';
import { endRegistration } from './registrations.js';

/** Announces a job as it is now. `stale` says what the notifier has not loaded (see `Report`). */
export function announce(simulation: Simulation, job: SimulatedJob, stale: 'steps' | 'runner-and-steps' | null = null): void {
  const { gitea } = simulation.state;
  const repository = gitea.repositories.get(job.repositoryId);
  const run = gitea.runs.get(job.runId);
  if (repository && run) send(simulation, repository, { event: 'workflow_job', action: wireStatus(job.state), job: { ...job }, run: { ...run }, stale });
}

/** Gitea's own words are the reverse: its `waiting` is `queued` on the wire, its `blocked` is `waiting`. */
export function wireStatus(state: JobState): string {
  return { blocked: 'waiting', queued: 'queued', running: 'in_progress', cancelling: 'in_progress', done: 'completed' }[state];
}

export function makeReady(simulation: Simulation, job: SimulatedJob): void {
  const { gitea, now } = simulation.state;
  job.state = 'queued';
  job.updatedAt = now;
  gitea.repositories.get(job.repositoryId)?.queue.push(job.id);
  announce(simulation, job);
  updateCaller(simulation, job);
  wakeRunners(simulation, job);
}

/** How a job came to its end: `report` by its runner, `quiet-cancel` is one that nothing announces. */
export type Ending = 'report' | 'sweep' | 'cancel' | 'quiet-cancel' | 'skip';

export function finish(simulation: Simulation, job: SimulatedJob, conclusion: Conclusion, ending: Ending): void {
  const { gitea, ledger, now } = simulation.state;
  const picked = job.state === 'running' || job.state === 'cancelling';
  leaveQueue(simulation, job);
  gitea.running.delete(job.id);
  job.state = 'done';
  job.conclusion = conclusion;
  job.silentSince = null;
  job.updatedAt = now;
  if (ending !== 'skip') job.completedAt = now;
  if (picked && job.runnerId !== null) {
    const registration = gitea.registrations.get(job.runnerId);
    if (registration?.ephemeral) endRegistration(simulation, registration);
    else if (registration) registration.jobId = null;
    const served = ledger.served.findLast((each) => each.jobId === job.id && each.attempt === job.attempt);
    if (served) Object.assign(served, { endedAt: now, conclusion });
  }
  if (ending !== 'quiet-cancel' && !(job.caller && ending !== 'cancel')) {
    announce(simulation, job, ending !== 'report' && picked && traits(simulation).namesRunnerOnlyInReports ? 'runner-and-steps' : null);
  }
  updateCaller(simulation, job);
  closeIfOver(simulation, job.runId);
  if (ending !== 'sweep' || traits(simulation).sweepFreesNeeds) foreseeIn(simulation, simulation.timing.ready, { kind: 'look-at-run', runId: job.runId });
}

export function leaveQueue(simulation: Simulation, job: SimulatedJob): void {
  const queue = simulation.state.gitea.repositories.get(job.repositoryId)?.queue;
  const position = queue?.indexOf(job.id) ?? -1;
  if (position >= 0) queue!.splice(position, 1);
}

function closeIfOver(simulation: Simulation, runId: number): void {
  const { gitea, now } = simulation.state;
  const run = gitea.runs.get(runId);
  const repository = run && gitea.repositories.get(run.repositoryId);
  if (!run || !repository || jobsOf(simulation, run).some((job) => job.state !== 'done')) return;
  const position = repository.openRuns.indexOf(runId);
  if (position >= 0) repository.openRuns.splice(position, 1);
  for (const held of repository.openRuns) if (gitea.runs.get(held)?.held) foresee(simulation, now, { kind: 'look-at-run', runId: held });
}

/** The rows of a run's newest attempt. */
export function jobsOf(simulation: Simulation, run: SimulatedRun): readonly SimulatedJob[] {
  return run.jobIds.flatMap((id) => simulation.state.gitea.jobs.get(id) ?? []);
}

/** What a caller shows is what its called jobs are. No delivery says so. */
export function updateCaller(simulation: Simulation, child: SimulatedJob): void {
  const { gitea } = simulation.state;
  const caller = child.parentId === null ? undefined : gitea.jobs.get(child.parentId);
  const run = gitea.runs.get(child.runId);
  if (!caller || !run) return;
  const children = jobsOf(simulation, run).filter((job) => job.parentId === caller.id);
  const open = (['cancelling', 'running', 'queued', 'blocked'] as const).find((state) => children.some((job) => job.state === state));
  caller.state = open ?? 'done';
  caller.conclusion = open ? null : aggregate(children);
  caller.startedAt ??= open === 'running' ? simulation.state.now : null;
  if (!open) caller.completedAt = simulation.state.now;
  updateCaller(simulation, caller);
}

/** One conclusion of several: as `needs` and callers see them. */
export function aggregate(jobs: readonly SimulatedJob[]): Conclusion {
  const conclusions = jobs.map((job) => (job.conclusion === 'failure' && job.plan.continueOnError ? 'success' : job.conclusion));
  if (conclusions.every((conclusion) => conclusion === 'skipped')) return 'skipped';
  if (conclusions.includes('cancelled')) return 'cancelled';
  return conclusions.includes('failure') ? 'failure' : 'success';
}

/** Is the run over, as the server counts? Up to 1.26 one cancelled job ends it, on 1.24 one failed job that nothing runs beside. */
export function isOver(simulation: Simulation, run: SimulatedRun): boolean {
  const jobs = jobsOf(simulation, run);
  if (jobs.every((job) => job.state === 'done')) return true;
  if (traits(simulation).newIdPerAttempt) return false;
  if (jobs.some((job) => job.conclusion === 'cancelled')) return true;
  if (jobs.some((job) => job.state === 'running')) return false;
  return simulation.state.gitea.version === '1.24' && jobs.some((job) => job.conclusion === 'failure');
}
