import { traits, type Simulation } from '../world/simulation.js';
import type { RunnerRegistration, SimulatedJob, SimulatedRepository } from './gitea-state.js';
import { announce, leaveQueue, updateCaller } from './jobs.js';

/**
 * The job a FetchTask is offered: the oldest ready one in scope whose labels the runner has; `null` if there is none.
 * A row that cannot be given out makes the call fail, so whatever stands behind it waits too.
 */
export function offer(simulation: Simulation, registration: RunnerRegistration): SimulatedJob | null | 'fails' {
  if (registration.disabled || registration.jobId !== null) return null;
  for (const job of readyJobs(simulation, registration)) {
    if (!job.plan.labels.every((label) => registration.labels.includes(label))) continue;
    return job.plan.unobtainable ? 'fails' : job;
  }
  return null;
}

export function* readyJobs(simulation: Simulation, scope: Pick<RunnerRegistration, 'repositoryId' | 'owner'>): Generator<SimulatedJob> {
  const { gitea } = simulation.state;
  const repositories = inScope(simulation, scope);
  const [only] = repositories;
  if (only && repositories.length === 1) {
    for (const id of only.queue) {
      const job = gitea.jobs.get(id);
      if (job) yield job;
    }
    return;
  }
  const jobs = repositories.flatMap((repository) => repository.queue.flatMap((id) => gitea.jobs.get(id) ?? []));
  yield* jobs.sort((a, b) => a.updatedAt - b.updatedAt || a.id - b.id);
}

function inScope(simulation: Simulation, { repositoryId, owner }: Pick<RunnerRegistration, 'repositoryId' | 'owner'>): readonly SimulatedRepository[] {
  const { repositories } = simulation.state.gitea;
  if (repositoryId !== null) return [repositories.get(repositoryId) ?? []].flat();
  const all = [...repositories.values()];
  return owner === null ? all : all.filter((repository) => repository.owner.toLowerCase() === owner.toLowerCase());
}

/** The guarded write of a claim. Only the first of two that were offered one job gets it. */
export function claim(simulation: Simulation, job: SimulatedJob, runner: { readonly id: number; readonly name: string }, instanceId: string): boolean {
  const { gitea, ledger, now } = simulation.state;
  if (job.state !== 'queued' || !gitea.jobs.has(job.id)) return false;
  leaveQueue(simulation, job);
  const queuedAt = job.updatedAt;
  job.state = 'running';
  job.startedAt = now;
  job.updatedAt = now;
  job.runnerId = runner.id;
  job.runnerName = runner.name;
  if (!traits(simulation).newIdPerAttempt) job.attempt += 1;
  const registration = gitea.registrations.get(runner.id);
  if (registration) {
    registration.jobId = job.id;
    registration.lastActive = now;
  } else job.silentSince = now;
  gitea.running.add(job.id);
  ledger.served.push({ jobId: job.id, name: job.name, attempt: job.attempt, runnerId: runner.id, instanceId, queuedAt, at: now, endedAt: null, conclusion: null });
  announce(simulation, job);
  updateCaller(simulation, job);
  return true;
}
