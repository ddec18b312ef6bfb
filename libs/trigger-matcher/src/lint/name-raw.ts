import { placeOf } from '@tinqs/workflow-parser';
import type { LintRule } from './linted-file.js';
import { warningAt } from './diagnosis.js';

/** Without a matrix Gitea does not evaluate a job's name. Source: modules/actions/jobparser/jobparser.go, Parse. */
export const nameRaw: LintRule = ({ path, workflow }) =>
  workflow.jobs
    .filter(({ name, matrix }) => name?.includes('${{') === true && (matrix === undefined || Object.keys(matrix).length === 0))
    .map((job) => warningAt(path, placeOf(workflow, job, 'name'), 'name-raw', `Gitea evaluates the name of a job only beside a matrix: the job "${job.id}" is called ${JSON.stringify(job.name)}, expression and all`, 'write a plain name'));
