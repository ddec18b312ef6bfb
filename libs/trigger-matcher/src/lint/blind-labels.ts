import { mentionsOf, placeOf } from '@tinqs/workflow-parser';
import { versionRules } from '../version-rules.js';
import type { LintRule } from './linted-file.js';
import { errorAt, warningAt } from './diagnosis.js';

/**
 * Labels that ask for what an old Gitea does not see while it computes rows: 1.24 neither `github` nor `inputs`, 1.24 and 1.25 no `vars`
 * at a dispatch and no `github` at a schedule. Sources: services/actions/workflow.go, schedule_tasks.go, notifier_helper.go.
 */
export const blindLabels: LintRule = ({ path, version, gitea, workflow }) => {
  const { blindSpots } = versionRules[gitea];
  const listens = (event: string) => workflow.triggers.some(({ name }) => name === event);
  return workflow.jobs.flatMap((job) => {
    const contexts = new Set(job.runsOn.flatMap((text) => (text.includes('${{') ? (mentionsOf(text, gitea)?.contexts ?? []) : [])));
    const at = placeOf(workflow, job, 'runs-on');
    const github = contexts.has('github') || contexts.has('gitea');
    if (version === '1.24' && (github || contexts.has('inputs'))) return [errorAt(path, at, 'label-blind', `Gitea 1.24 sees no ${github ? 'github' : 'inputs'} in runs-on: the label of the job "${job.id}" is computed as if it were empty`, 'use vars or matrix, or update Gitea to 1.25')];
    if (contexts.has('vars') && blindSpots.dispatch === 'vars' && listens('workflow_dispatch')) return [warningAt(path, at, 'label-blind', `Gitea ${version} sees no vars in runs-on when the workflow is dispatched: the job "${job.id}" then has an empty label and waits until it is given up`, 'write the label, or update Gitea to 1.26')];
    if (github && blindSpots.cron === 'github' && listens('schedule')) return [warningAt(path, at, 'label-blind', `Gitea ${version} sees no github in runs-on when the schedule fires: the job "${job.id}" then has another label than after a push`, 'write the label, or update Gitea to 1.26')];
    return [];
  });
};
