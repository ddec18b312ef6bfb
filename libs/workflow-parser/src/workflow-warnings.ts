import type { Job } from './job.js';
import { needsGraph } from './needs.js';
import type { NeedsGraph } from './needs.js';
import { isNull } from './go-decode.js';
import type { Position, Problem } from './problem.js';
import { nextTimes } from './schedule.js';
import type { Trigger } from './trigger.js';
import { mapField, asMap, nodeField, problemAt } from './workflow-document.js';
import type { DecodedWorkflow } from './workflow-document.js';
import type { Workflow } from './workflow.js';
import type { YamlNode } from './yaml-node.js';

/** The names that Gitea 1.25 to 1.27 knows; it takes any other without a word, and it never matches. */
const events = new Set(['push', 'pull_request', 'pull_request_target', 'pull_request_review', 'pull_request_review_comment', 'pull_request_comment', 'issues', 'issue_comment', 'release', 'registry_package', 'workflow_run', 'create', 'delete', 'fork', 'gollum', 'schedule', 'workflow_dispatch', 'workflow_call']);
/** Gitea's inner names, which match too although nobody documents it. */
const innerNames = /^(?:pull_request_(?:sync|assign|label|milestone|review_request|review_approved|review_rejected)|issue_(?:assign|label|milestone)|wiki|package)$/;

/** What Gitea takes without a word and a person would want to hear about. */
export function warningsOf(workflow: Workflow, { root }: DecodedWorkflow): readonly Problem[] {
  const warn = (at: Position, code: string, message: string): Problem => ({ severity: 'warning', code, message, ...(workflow.path === undefined ? {} : { path: workflow.path }), line: at.line, column: at.column });
  const graph = needsGraph(workflow.jobs);
  return [
    ...workflow.triggers.flatMap((trigger) => triggerWarnings(trigger, warn)),
    ...scalarWarnings(workflow, nodeField(root, 'on')),
    ...workflow.jobs.flatMap((job) => jobWarnings(job, graph, warn)),
    ...matrixWarnings(workflow, root),
  ];
}

type Warn = (at: Position, code: string, message: string) => Problem;

function triggerWarnings(trigger: Trigger, warn: Warn): readonly Problem[] {
  const found: Problem[] = [];
  if (!events.has(trigger.name) && !innerNames.test(trigger.name)) found.push(warn(trigger, 'unknown-event', `Gitea knows no event "${trigger.name}": this never starts the workflow`));
  if (trigger.schedules && trigger.name !== 'schedule') found.push(warn(trigger, 'event-is-schedule', `a list under "${trigger.name}" makes a schedule of it, which never fires; write a map, such as {branches: [main]}`));
  for (const schedule of trigger.schedules ?? []) {
    const cron = trigger.name === 'schedule' ? schedule.entries?.['cron'] : undefined;
    const next = cron === undefined ? undefined : nextTimes(cron, new Date(0));
    if (next && next.kind !== 'times') found.push(warn(schedule, 'schedule-invalid', `"${cron}" never fires: ${next.reason}`));
  }
  return found;
}

/** `push: main` looks like a filter and is none. */
function scalarWarnings({ document }: Workflow, on: YamlNode | undefined): readonly Problem[] {
  const found: Problem[] = [];
  for (let i = 0; on?.kind === 'map' && i < on.items.length; i += 2) {
    const [key, value] = [on.items[i] as YamlNode, on.items[i + 1] as YamlNode];
    if (value.kind === 'scalar' && !isNull(value)) found.push(problemAt(document, value, 'event-value-ignored', `"${value.value}" under "${key.value}" means nothing: Gitea ignores a text here and runs for every ${key.value}`, 'warning'));
  }
  return found;
}

function jobWarnings(job: Job, graph: NeedsGraph, warn: Warn): readonly Problem[] {
  const found: Problem[] = [];
  for (const need of job.needs) if (!graph.has(need)) found.push(warn(job, 'needs-unknown', `the job "${job.id}" needs "${need}", which does not exist: it waits for ever`));
  if (graph.fault(job.id)?.kind === 'circle') found.push(warn(job, 'needs-circle', `the job "${job.id}" waits for itself or for jobs that do, through their needs: it waits for ever`));
  if (job.uses === undefined && job.runsOn.length === 0) found.push(warn(job, 'runs-on-missing', `the job "${job.id}" asks for no label: any runner may take it; add runs-on`));
  if (job.runsOn.includes('')) found.push(warn(job, 'runs-on-empty', `a label of the job "${job.id}" is empty, and no runner has such a label`));
  return found;
}

function matrixWarnings({ document, jobs }: Workflow, root: DecodedWorkflow['root']): readonly Problem[] {
  return jobs.flatMap((job) => {
    const matrix = nodeField(mapField(asMap(mapField(root, 'jobs')?.entries.get(job.id)), 'strategy'), 'matrix');
    if (!matrix || isNull(matrix) || job.matrix) return [];
    return [problemAt(document, matrix, 'matrix-dropped', `Gitea drops the matrix of the job "${job.id}" and runs it once: it must be a map of lists, and expressions in its place are not evaluated`, 'warning')];
  });
}
