import { foresee, type Simulation } from '../world/simulation.js';
import { finish } from './jobs.js';

const MINUTE = 60_000;
export const SWEEP_EVERY = 5 * MINUTE;
const ZOMBIE_TASK_TIMEOUT = 10 * MINUTE;
const ENDLESS_TASK_TIMEOUT = 180 * MINUTE;
const ABANDONED_JOB_TIMEOUT = 1_440 * MINUTE;

/** Gitea's cron: zombie tasks every 5 minutes, endless ones every 30, abandoned jobs every 6 hours. */
export function sweepTasks(simulation: Simulation): void {
  const { gitea, now, startedAt } = simulation.state;
  const tick = Math.round((now - startedAt) / SWEEP_EVERY);
  for (const job of [...gitea.running].flatMap((id) => gitea.jobs.get(id) ?? [])) {
    const isZombie = job.silentSince !== null && now - job.silentSince >= ZOMBIE_TASK_TIMEOUT;
    const isEndless = tick % 6 === 0 && job.startedAt !== null && now - job.startedAt >= ENDLESS_TASK_TIMEOUT;
    if (isZombie || isEndless) finish(simulation, job, job.state === 'cancelling' ? 'cancelled' : 'failure', 'sweep');
  }
  if (tick % 72 === 0) {
    for (const job of gitea.jobs.values()) {
      if ((job.state === 'queued' || job.state === 'blocked') && !job.caller && now - job.updatedAt >= ABANDONED_JOB_TIMEOUT) finish(simulation, job, 'cancelled', 'cancel');
    }
  }
  foresee(simulation, now + SWEEP_EVERY, { kind: 'sweep-tasks' });
}
