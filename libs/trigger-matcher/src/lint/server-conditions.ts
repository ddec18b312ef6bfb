import { mentionsOf, placeOf, readingRules } from '@tinqs/workflow-parser';
import type { Diagnosis } from './diagnosis.js';
import { errorAt, warningAt } from './diagnosis.js';
import type { LintRule } from './linted-file.js';
import { listed } from '../reason.js';

const empty = new Set(['env', 'secrets', 'matrix', 'runner', 'job', 'steps', 'strategy']);
const known = new Set([...empty, 'github', 'gitea', 'needs', 'vars', 'inputs']);
const functions = new Set(['contains', 'startswith', 'endswith', 'format', 'join', 'tojson', 'fromjson', 'always', 'success', 'failure', 'cancelled']);
const waits = 'and the job waits until it is given up after 24 hours';

/** Since 1.27 the server judges the `if` of jobs with `needs`, and of the jobs of a called file. Source: Gitea 1.27, services/actions/job_emitter.go. */
export const serverConditions: LintRule = ({ path, gitea, workflow }) => {
  if (!readingRules[gitea].expandsCallers) return [];
  return workflow.jobs.flatMap((job): readonly Diagnosis[] => {
    if (job.if === undefined || (job.needs.length === 0 && workflow.call === undefined)) return [];
    const at = placeOf(workflow, job, 'if');
    const mentions = mentionsOf(job.if, gitea);
    if (!mentions) return [errorAt(path, at, 'condition-fails', `Gitea 1.27 cannot read the if of the job "${job.id}" when its needs are over, ${waits}`, 'mend the expression')];
    if (mentions.functions.includes('cancelled')) {
      const with_ = job.needs.length > 0 ? 'behind needs ' : '';
      return [errorAt(path, at, 'cancelled-behind-needs', `cancelled() in an if ${with_}makes Gitea 1.27.0 panic: the job "${job.id}" and all others of its run stay waiting`, 'write always() with a look at needs.<job>.result, or failure()')];
    }
    const missing = mentions.functions.find((name) => !functions.has(name)) ?? mentions.contexts.find((name) => !known.has(name));
    if (missing !== undefined) return [errorAt(path, at, 'condition-fails', `the server does not know ${missing}${mentions.functions.includes(missing) ? '()' : ''}, so the if of the job "${job.id}" fails on Gitea 1.27, ${waits}`, 'move the condition into the steps, where the runner judges it')];
    const blind = mentions.contexts.filter((name) => empty.has(name));
    return blind.length === 0 ? [] : [warningAt(path, at, 'condition-blind', `since Gitea 1.27 the server judges the if of the job "${job.id}", and ${listed(blind)} ${blind.length === 1 ? 'is' : 'are'} empty there`, 'use github, needs, vars or inputs, or move the condition into the steps')];
  });
};
