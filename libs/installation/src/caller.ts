import type { Job } from '@tinqs/fleet';
import type { GiteaClient } from '@tinqs/gitea-client';
import { readWorkflowFile, repositoryBase } from './workflow-file.js';

/**
 * Gitea ≥ 1.27 lists the caller of a reusable workflow like a job, and no field tells it. The workflow file at the
 * run's commit does: a key with `uses` is a caller.
 */
export function createCallerCheck(client: GiteaClient): (job: Job) => Promise<boolean> {
  return async (job) => {
    if (job.runId === null || job.headSha === null) return false;
    const repository = await client.repositoryById(job.repository.id);
    const run = JSON.parse((await client.call({ method: 'GET', path: `${repositoryBase(repository)}/actions/runs/${job.runId}` })).text) as { path?: unknown };
    const file = typeof run.path === 'string' ? run.path.replace(/@.*$/, '') : '';
    if (file === '') return false;
    const text = await readWorkflowFile(client, repository, file, job.headSha).catch(() => undefined);
    // The parser is loaded when it is needed: few servers are new enough.
    return text !== undefined && (await import('./calls-workflow.js')).callsWorkflow(text, job.name);
  };
}
