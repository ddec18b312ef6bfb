import { join } from 'node:path';
import { oneLine } from '@tinqs/fleet';
import { explainDecision, matchTriggers, type Decision, type TriggerEvent, type WorkflowFile } from '@tinqs/trigger-matcher';
import { formatProblem, judgedAs, newestGitea } from '@tinqs/workflow-parser';
import { eventOfDelivery } from '../event-of-delivery.js';
import { eventOfFlags, type EventFlags } from '../event-of-flags.js';
import { CommandFailure, type ExitCode } from '../failure.js';
import type { Output } from '../output.js';
import { readWorkflows } from '../workflow-folder.js';
import { wrap } from '../wrap.js';

export interface ExplainOptions extends EventFlags {
  readonly gitea?: string;
  readonly fromDelivery?: string;
  /** `NAME=value`. */
  readonly var?: readonly string[];
  readonly json?: boolean;
}

/** What an event would start, and the rule that decides it, for every workflow of a checkout. Exit 1 if Gitea can use one of them for nothing. */
export function explain(folder: string, options: ExplainOptions, { print, printNote, width }: Output): ExitCode {
  const { gitea, note } = judgedAs(options.gitea ?? newestGitea);
  const { files } = readWorkflows(folder);
  const changedFiles = options.files === undefined ? null : options.files.split(',').map((file) => file.trim().replace(/^\.\//, '')).filter((file) => file !== '');
  const event = withVariables(options.fromDelivery === undefined ? eventOfFlags(options, changedFiles) : eventOfDelivery(options.fromDelivery, changedFiles), options.var ?? []);
  const readCallee = (uses: string) => files.find(({ path }) => uses === `./${path}`)?.text;
  const decisions = eventsOf(event, files).flatMap(([some, each]) => matchTriggers(some, each, callsElsewhere(files) ? { gitea } : { gitea, readCallee }));
  if (note !== undefined) printNote(note);
  if (options.files === undefined && decisions.some(({ reason }) => reason.code === 'files-unknown')) printNote('conditions on paths fail, since no changed files are named: add --files a,b');
  if (options.json === true) print(JSON.stringify(decisions.map(toJson)));
  else print([...(files.length === 0 ? ['no workflow file'] : []), ...decisions.map((decision) => shown(decision, folder, width ?? Infinity))].join('\n'));
  return decisions.every((decision) => decision.outcome === 'runs' || decision.outcome === 'no-match') ? 0 : 1;
}

/** A called file of another repository cannot be read from here; its caller is shown without its jobs. */
function callsElsewhere(files: readonly WorkflowFile[]): boolean {
  return files.some(({ text }) => /uses:\s*["']?[\w.-]+\/[\w.-]+\/\.(?:gitea|github)\/workflows\//.test(text));
}

/** One dispatch starts one file: without a name every one is asked for itself. */
function eventsOf(event: TriggerEvent, files: readonly WorkflowFile[]): readonly (readonly [readonly WorkflowFile[], TriggerEvent])[] {
  return event.type === 'dispatch' && event.workflow === undefined ? files.map((file) => [[file], { ...event, workflow: file.path }] as const) : [[files, event]];
}

function withVariables(event: TriggerEvent, given: readonly string[]): TriggerEvent {
  if (given.length === 0) return event;
  const vars = given.map((each) => {
    const at = each.indexOf('=');
    if (at < 1) throw new CommandFailure(2, `--var ${each}: expected NAME=value`);
    return [each.slice(0, at).toUpperCase(), each.slice(at + 1)] as const;
  });
  return { ...event, context: { ...event.context, vars: Object.fromEntries(vars) } };
}

function shown(decision: Decision, folder: string, width: number): string {
  const mark = decision.outcome === 'runs' ? '✔' : decision.outcome === 'no-match' ? '–' : '✘';
  const sentence = explainDecision({ ...decision, path: join(folder, decision.path), reason: { ...decision.reason, path: join(folder, decision.reason.path) } });
  const jobs = decision.jobs.map(({ name, labels, needs, status, parent }) => {
    const behind = needs.length > 0 ? `  needs ${needs.join(', ')}` : status === 'blocked' ? '  waits' : '';
    return `    ${parent === undefined ? '' : '  '}${oneLine(name)}  runs-on ${labels.length === 0 ? '(any runner)' : labels.map((label) => (label === '' ? "''" : oneLine(label))).join(', ')}${behind}`;
  });
  const notes = decision.problems.map((problem) => `    ! ${oneLine(formatProblem({ ...problem, path: join(folder, decision.path) }))}${problem.message.includes('"vars"') ? '; add --var NAME=value' : ''}`);
  return [wrap(`${mark} ${oneLine(sentence)}`, width), ...[...jobs, ...notes].map((line) => wrap(line, width, '        '))].join('\n');
}

function toJson({ path, outcome, reason, jobs, problems }: Decision): object {
  return {
    workflow: path,
    runs: outcome === 'runs',
    outcome,
    reason: { code: reason.code, sentence: reason.sentence, path: reason.path, line: reason.line },
    jobs: jobs.map(({ id, name, labels, needs, caller }) => ({ id, name, labels, needs, ...(caller ? { caller } : {}) })),
    notes: problems.map(({ code, message, line }) => ({ code, sentence: message, line })),
  };
}
