import type { Job } from '@tinqs/fleet';
import { isGiteaError, type GiteaClient } from '@tinqs/gitea-client';

/**
 * Gitea ≥ 1.27 lists the caller of a reusable workflow like a job, and no field tells it. The workflow file at the
 * run's commit does: a key with `uses` is a caller. Throws where nobody can tell now: the answer is kept for good.
 */
export function createCallerCheck(client: Pick<GiteaClient, 'getRun' | 'readWorkflowFile'>): (job: Job) => Promise<boolean> {
  return async ({ repository: { id }, runId, headSha, name }) => {
    if (runId === null || headSha === null) return false;
    const run = await client.getRun({ id }, runId);
    if (run === null || run.workflow === '') return false;
    const text = await client.readWorkflowFile({ id }, run.workflow, headSha).catch((error: unknown) => {
      // Nobody will ever be able to tell with this token: better a machine in vain than a job that is not served.
      if (isGiteaError(error, 'forbidden')) return null;
      throw error;
    });
    // The parser is loaded when it is needed: few servers are new enough.
    return text !== null && (await import('./calls-workflow.js')).callsWorkflow(text, name);
  };
}
