import { placeOf } from '@tinqs/workflow-parser';
import type { LintRule } from './linted-file.js';
import { errorAt, warningAt } from './diagnosis.js';

/** Jobs that are made and go nowhere, or a run that is not made at all, beyond what a parse shows. Sources: services/actions/run.go, reusable_workflow.go, concurrency.go. */
export const stuckRun: LintRule = ({ path, gitea, workflow, expanded, isBroken }) => {
  if (expanded.kind === 'panic') return [];
  if (expanded.kind === 'jobs-error') {
    const { problem } = expanded;
    if (isBroken || problem.code === 'not-computable-here' || workflow.triggers.length === 0) return [];
    return [errorAt(path, problem, 'no-run', `${problem.message}. Gitea ${gitea} stores no run and says so only in its log`, problem.message.includes('the group') ? 'put a value of the matrix, or the name of the job, into the group' : 'mend it at this place')];
  }
  const lost = workflow.jobs.filter((job) => expanded.jobs.some((row) => row.id === job.id && row.status === 'cancelled'));
  return [
    ...(expanded.stuck ? expanded.problems.filter(({ code }) => code === 'run-stuck').map((problem) => errorAt(path, problem, 'run-stuck', `${problem.message}. The run then waits for ever`, 'mend the called file, or call another')) : []),
    // 1.26 stores no run at all there, which is the case above.
    ...lost.map((job) => warningAt(path, placeOf(workflow, job, 'concurrency'), 'group-shared', `rows of the job "${job.id}" are cancelled at once: rows of the same run share its concurrency group, and only the last is kept (1.26 starts no run at all)`, 'put a value of the matrix, or the name of the job, into the group')),
  ];
};
