import type { Job } from '@tinqs/workflow-parser';
import { mentionsOf, placeOf } from '@tinqs/workflow-parser';
import type { Diagnosis } from './diagnosis.js';
import { errorAt, warningAt } from './diagnosis.js';
import type { LintedFile, LintRule } from './linted-file.js';
import { listed, quoted } from '../reason.js';

/** What an expression leaves that Gitea could not evaluate to a text. Source: Gitea, modules/actions/jobparser, Interpolate. */
const isDead = (label: string) => label === '' || label === 'Array' || label === 'Object' || label.includes('${{');

/** Labels that no runner has, that no class serves, or that more than one class may take. */
export const labels: LintRule = (file, { service }) => {
  const { path, workflow, expanded } = file;
  if (expanded.kind !== 'jobs') return [];
  return workflow.jobs.flatMap((job) => {
    if (job.runsOn.length === 0 || job.runsOn.includes('')) return [];
    const at = placeOf(workflow, job, 'runs-on');
    const lists = new Map(expanded.jobs.filter((row) => row.id === job.id && row.parent === undefined && !row.caller).map((row) => [JSON.stringify(row.labels), row.labels]));
    if (dependsOnRun(job, file)) return job.runsOn.some((text) => /fromjson\s*\(/i.test(text)) ? [listLabel(path, at, job)] : [];
    return [...lists.values()].flatMap((list) => {
      const dead = list.find(isDead);
      if (dead === 'Array' || dead === 'Object') return [listLabel(path, at, job)];
      if (dead !== undefined) return [deadLabel(path, at, job, dead)];
      return service ? served(path, at, list, service) : [];
    });
  });
};

const listLabel = (path: string, at: Diagnosis | Job | { line: number; column: number }, job: Job) => errorAt(path, at, 'label-dead', `a list in ${quoted(job.runsOn)} becomes the one label "Array" up to Gitea 1.27, and no runner has it: the job waits until it is given up`, 'write the labels as a list in the file, each with its own expression');

function deadLabel(path: string, at: { line: number; column: number }, job: Job, label: string): Diagnosis {
  const left = label === '' ? 'nothing' : `the text ${JSON.stringify(label)}`;
  return errorAt(path, at, 'label-dead', `${quoted(job.runsOn)} leaves ${left} for a label when Gitea computes it, and no runner has that: the job waits until it is given up`, 'use matrix, vars, inputs or github here; needs, env and secrets are empty at that point');
}

function served(path: string, at: { line: number; column: number }, list: readonly string[], service: { takers: (labels: readonly string[]) => readonly string[]; nearest: (labels: readonly string[]) => string | null }): readonly Diagnosis[] {
  const takers = service.takers(list);
  if (takers.length === 0) {
    const near = service.nearest(list);
    const hint = near === null ? '' : `; did you mean ${quoted([near])}?`;
    return [errorAt(path, at, 'label-unserved', `runs-on ${list.map((label) => JSON.stringify(label)).join(', ')}: no class${hint}`, near === null ? 'write a label of runners.yml, or add a class with these labels to it' : `write ${near}, or add a class with these labels to runners.yml`)];
  }
  if (takers.length === 1) return [];
  return [warningAt(path, at, 'label-swap', `runs-on ${quoted(list)} is meant for the class ${takers[0]}, and a machine of ${listed(takers.slice(1))} may take the job too`, 'give the classes labels of which none covers another')];
}

/** Whether the labels are known only when an event is there. */
function dependsOnRun(job: Job, { gitea }: LintedFile): boolean {
  return job.runsOn.some((text) => {
    if (!text.includes('${{')) return false;
    const { contexts } = mentionsOf(text, gitea) ?? { contexts: [] };
    return contexts.some((name) => ['vars', 'inputs', 'github', 'gitea'].includes(name));
  });
}
