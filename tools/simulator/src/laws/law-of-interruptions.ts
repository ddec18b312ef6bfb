import type { GiteaPort, SweepReport } from '@tinqs/fleet';
import type { SimulatedWorld } from '../world/world.js';
import type { Witness } from './witness.js';

/** P19: a job whose machine EC2 took is run again, once, or people are told. */
export interface LawOfInterruptions {
  /** Counts what the fleet has run again, whatever answer it gets. */
  readonly counting: (gitea: GiteaPort) => GiteaPort;
  readonly hear: (report: Pick<SweepReport, 'lost'>) => void;
  /** Jobs of runs that are over of which neither is so. On 1.24 nobody can look for a pick-up of which nothing was delivered. */
  readonly unsettled: () => readonly string[];
}

export function createLawOfInterruptions(world: SimulatedWorld, witness: Pick<Witness, 'breach'>): LawOfInterruptions {
  const told = new Set<string>();
  const again = new Set<string>();
  const rowsOf = (runId: number) => (world.gitea.runs.get(runId)?.jobIds ?? []).flatMap((id) => world.gitea.jobs.get(id) ?? []);
  const isOpen = (runId: number) => rowsOf(runId).some((row) => row.state !== 'done');
  return {
    counting: (gitea) => ({
      ...gitea,
      rerunJob: (repository, runId, id) => {
        const wasOpen = isOpen(runId);
        const answer = gitea.rerunJob(repository, runId, id);
        const job = `${world.gitea.jobs.get(Number(id))?.name} of run ${runId}`;
        if (!wasOpen && isOpen(runId) && again.size === again.add(job).size) witness.breach('P19', `job ${job} is run again a second time`);
        return answer;
      },
    }),
    hear: ({ lost }) => {
      for (const { job } of lost) told.add(job);
    },
    unsettled: () => {
      const taken = new Map(world.ledger.machines.filter((machine) => machine.stateReason?.startsWith('Server.') === true).map((machine) => [machine.instanceId, machine.stateReason]));
      return world.ledger.served.flatMap(({ jobId, name, attempt, runnerId, instanceId, conclusion }) => {
        const job = world.gitea.jobs.get(jobId);
        if (!world.traits.jobsApi || conclusion !== 'failure' || !taken.has(instanceId) || job === undefined || job.plan.conclusion === 'failure' || told.has(String(jobId))) return [];
        // Up to 1.26 it is the same row, and counts its attempts at the pick-up.
        const isRunAgain = job.runnerId !== runnerId || rowsOf(job.runId).some((row) => row.name === name && row.attempt > attempt);
        return isRunAgain || isOpen(job.runId) ? [] : [`job ${jobId} ${name} lost ${instanceId} (${taken.get(instanceId)}), and nobody was told`];
      });
    },
  };
}
