import type { GiteaVersion, Problem } from '@tinqs/workflow-parser';
import { judgedAs, readingRules } from '@tinqs/workflow-parser';
import type { WorkflowFile } from '../workflow-file.js';
import { readWorkflowFile } from '../workflow-file.js';
import type { Diagnosis } from './diagnosis.js';
import type { LintVersion } from './lint-version.js';

/** What to do about what the parser finds, by its code. */
const remedies = new Map<string, string>([
  ['yaml-syntax', 'mend the YAML at this place'],
  ['yaml-empty', 'write the workflow, or delete the file'],
  ['wrong-type', 'write the kind of value that is named here'],
  ['duplicate-key', 'keep one of the two'],
  ['on-missing', 'add on: with the events that start it'],
  ['on-entry', 'write the name of an event'],
  ['on-alias', 'write out what the alias stands for'],
  ['on-schedule', 'write a list of {cron: "…"}'],
  ['on-filter', 'write a list of texts'],
  ['on-input', 'write a map with description, required, default, type and options'],
  ['unknown-event', 'mend the name, or remove the event'],
  ['event-is-schedule', 'write a map of filters instead of the list'],
  ['schedule-invalid', 'mend the five fields: minute hour day month weekday'],
  ['event-value-ignored', 'write a map, such as {branches: [main]}, or leave the text out'],
  ['needs-unknown', 'mend the name, or remove it from needs'],
  ['needs-circle', 'take one of the jobs out of the circle'],
  ['runs-on-missing', 'add runs-on with the label of the machine it is for'],
  ['runs-on-empty', 'write a label'],
  ['matrix-dropped', 'write lists into the file, or start one job for each value by other means'],
  ['jobs-error', 'mend it at this place'],
  ['jobs-panic', 'mend it at this place: it silences the other workflows too'],
]);

/** What becomes of a file with an error. Where jobs are read before the triggers, what they get wrong concerns every event. */
function consequence(kind: 'workflow' | 'ignored', { code }: Problem, gitea: GiteaVersion): string {
  if (code === 'jobs-panic') return readingRules[gitea].readsJobsFirst ? 'Gitea panics on this file, and no workflow of the repository starts for any event' : 'Gitea panics when this file is started, and loses the event for the files behind it';
  if (kind === 'ignored') return 'Gitea ignores this file';
  return 'Gitea starts no run of this file';
}

/** What the parser has found, with what follows from it. */
export function parserFindings(file: WorkflowFile, version: LintVersion): readonly Diagnosis[] {
  const { gitea } = judgedAs(version);
  const { kind, problems } = readWorkflowFile(file, gitea);
  return problems.map((problem) => {
    const said = problem.severity === 'warning' || problem.message.includes('Gitea ignores') ? problem.message : `${problem.message}. ${consequence(kind, problem, gitea)}`;
    return { ...problem, path: file.path, message: said, remedy: remedies.get(problem.code) ?? 'mend it at this place' };
  });
}
