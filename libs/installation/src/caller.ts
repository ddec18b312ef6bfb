import type { Job } from '@tinqs/fleet';
import type { GiteaClient } from '@tinqs/gitea-client';

/**
 * Gitea ≥ 1.27 lists the caller of a reusable workflow like a job, and no field tells it. The workflow file at the
 * run's commit does: a key with `uses` is a caller.
 */
export function createCallerCheck(client: GiteaClient): (job: Job) => Promise<boolean> {
  return async (job) => {
    if (job.runId === null || job.headSha === null) return false;
    const repository = await client.repositoryById(job.repository.id);
    const base = `/api/v1/repos/${repository.fullName.split('/').map(encodeURIComponent).join('/')}`;
    const run = JSON.parse((await client.call({ method: 'GET', path: `${base}/actions/runs/${job.runId}` })).text) as { path?: unknown };
    const file = typeof run.path === 'string' ? run.path.replace(/@.*$/, '') : '';
    if (file === '') return false;
    for (const folder of ['.gitea/workflows', '.github/workflows']) {
      const path = file.includes('/') ? file : `${folder}/${file}`;
      const text = await client.call({ method: 'GET', path: `${base}/raw/${path.split('/').map(encodeURIComponent).join('/')}`, query: { ref: job.headSha } }).catch(() => undefined);
      // The parser is loaded when it is needed: few servers are new enough.
      if (text !== undefined) return (await import('./calls-workflow.js')).callsWorkflow(text.text, job.name);
    }
    return false;
  };
}
