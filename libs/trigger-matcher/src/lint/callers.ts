import { placeOf, readingRules } from '@tinqs/workflow-parser';
import type { LintRule } from './linted-file.js';
import { warningAt } from './diagnosis.js';

/** Jobs with `uses`: ordinary jobs for any runner up to 1.26, expanded by the server since 1.27. Sources: services/actions/run.go, reusable_workflow.go. */
export const callers: LintRule = ({ path, gitea, version, workflow }) =>
  workflow.jobs.flatMap((job) => {
    if (job.uses === undefined) return [];
    const at = placeOf(workflow, job, 'uses');
    if (!readingRules[gitea].expandsCallers) return job.runsOn.length > 0 ? [] : [warningAt(path, at, 'caller-unplaced', `the job "${job.id}" calls a workflow and asks for no label: up to Gitea 1.26 any runner may take it, and it runs all of the called jobs itself`, 'add runs-on to the job that calls')];
    if (job.if !== undefined && job.needs.length === 0) return [warningAt(path, placeOf(workflow, job, 'if'), 'caller-condition', `Gitea ${version} does not look at the if of a job that calls a workflow without needs: the called jobs run whatever it says`, 'put the if on the called jobs, or give this one needs')];
    return [];
  });
