import type { Job } from './job.js';
import type { FleetPorts } from './ports.js';
import { advance } from './runner-lifecycle.js';
import type { Runner } from './runner.js';

/**
 * P16: which runner took which job, from the jobs' `runnerId` (never from a name). A runner is consumed by whichever
 * job it took. Yields the runners that changed.
 */
export function consumptions(jobs: readonly Job[], runners: readonly Runner[]): readonly Runner[] {
  return runners.flatMap((runner) => {
    // P19: EC2 may tell that it took a machine before Gitea tells what that machine ran.
    if (runner.state === 'ended' && (runner.outcome !== 'interrupted' || runner.ran !== null)) return [];
    const noted = runner.ran === null ? undefined : jobs.find((each) => each.id === runner.ran);
    const taken = jobs.find((each) => each.runnerId === runner.runnerId && (each.status === 'running' || each.status === 'done'));
    // Gitea 1.27 announces a claim and gives it back when its answer cannot be delivered: the runner then takes another job.
    const givenBack = noted !== undefined && taken !== undefined && noted.runnerId !== runner.runnerId;
    const job = givenBack ? taken : (noted ?? taken);
    if (job === undefined) return [];
    const at = Math.min(job.pickedAt ?? job.completedAt ?? 0, runner.stages.terminated ?? Infinity);
    // Whoever took a job was online, whether or not anybody looked in time.
    const online = runner.stages.online === undefined && runner.ran === null ? { ...runner, stages: { ...runner.stages, online: at } } : runner;
    const picked = advance(online, { state: 'busy', stage: 'picked', at, detail: job.name, ...(runner.ran === null || givenBack ? { change: { ran: job.id } } : {}) }) ?? online;
    const done = isOverFor(job, runner) ? (advance(picked, { state: 'draining', stage: 'completed', at: job.completedAt ?? job.pickedAt ?? 0, detail: job.conclusion ?? '' }) ?? picked) : picked;
    return done === runner || done === online ? [] : [done];
  });
}

/** Is its attempt at this job over? Also when the job was run again and another runner has it. */
export function isOverFor(job: Pick<Job, 'status' | 'runnerId'>, runner: Runner): boolean {
  return job.status === 'done' || (job.status === 'running' && job.runnerId !== null && job.runnerId !== runner.runnerId);
}

/** Writes changed runners; whoever lost a race is brought up to date by the next reader. */
export async function saveRunners(ports: Pick<FleetPorts, 'store'>, changed: readonly Runner[]): Promise<void> {
  await Promise.all(changed.map((runner) => ports.store.replaceRunner({ ...runner, version: runner.version + 1 })));
}
