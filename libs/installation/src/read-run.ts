import type { Job, RunState } from '@tinqs/fleet';
import type { GiteaClient, Run } from '@tinqs/gitea-client';
import { jobStatusOf } from './job-status.js';

/** The newest attempt of a job's run, and whether a newer run overtook it (Gitea ≥ 1.25). */
export async function readRun(client: GiteaClient, { repository: { id } }: Job, runId: number): Promise<RunState | null> {
  const [run, jobs, newer] = await Promise.all([client.getRun({ id }, runId), client.listRunJobs({ id }, runId), client.listNewerRuns({ id }, runId)]);
  if (run === null) return null;
  return {
    jobs: jobs.map((job) => ({ id: String(job.id), name: job.name, labels: job.labels, status: jobStatusOf(job.status), conclusion: job.conclusion, runnerId: job.runnerId, startedAt: instantOf(job.startedAt), completedAt: instantOf(job.completedAt) })),
    superseded: newer.some((other) => overtakes(other, run)) || (newer.length > 0 && (await mayShareGroup(client, id, run))),
  };
}

/** One push starts a run for each workflow: those are not newer than each other. */
function overtakes(other: Run, run: Run): boolean {
  return other.ref === run.ref && (other.workflow === run.workflow || other.headSha !== run.headSha);
}

async function mayShareGroup(client: GiteaClient, id: number, run: Run): Promise<boolean> {
  const text = await client.readWorkflowFile({ id }, run.workflow, run.headSha);
  return text === null || (await import('./calls-workflow.js')).sharesGroup(text);
}

function instantOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}
