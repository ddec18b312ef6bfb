import type { ExpandOptions, GiteaVersion, Problem } from '@tinqs/workflow-parser';
import { expandJobs, newestGitea } from '@tinqs/workflow-parser';
import type { Judging } from './condition.js';
import type { Decision } from './decision.js';
import type { Detected } from './detect-triggers.js';
import { detectTriggers } from './detect-triggers.js';
import { contextOf } from './event-context.js';
import type { VersionOption } from './filter-pattern.js';
import type { Finding, Reason } from './reason.js';
import { findingAt } from './reason.js';
import { skipWordOf } from './skip-words.js';
import type { TriggerEvent } from './trigger-event.js';
import { deletesRef } from './trigger-event.js';
import type { WorkflowFile } from './workflow-file.js';
import { workflowName } from './workflow-file.js';
import { unknownMentions } from './unknown-context.js';
import { byteOrder } from './workflow-files.js';

export interface MatchOptions extends VersionOption {
  /** Since 1.27: reads what a job's `uses` names, as `expandJobs` asks for it. Without it callers are rows without children. */
  readonly readCallee?: NonNullable<ExpandOptions['readCallee']>;
  /** `[actions] SKIP_WORKFLOW_STRINGS`; default: Gitea's own. */
  readonly skipWords?: readonly string[];
}

const top = { line: 1, column: 1 };
const settled = (path: string, outcome: Decision['outcome'], finding: Finding, reasonPath = path): Decision => ({ path, outcome, reason: { ...finding, path: reasonPath }, jobs: [], problems: [] });

/**
 * Decides for every workflow file of a commit what an event does to it in Gitea: at least one decision per file, in the order given,
 * and one for each entry under `on` that matches (`on: [push, push]` is two runs).
 *
 * The answer does not depend on the order of the files, but on all of them together: one that makes Gitea panic takes others along.
 * Files are the content of the folder that counts (`listWorkflows`), as they stand on the ref Gitea reads for the event.
 */
export function matchTriggers(workflows: readonly WorkflowFile[], event: TriggerEvent, options: MatchOptions = {}): readonly Decision[] {
  const gitea = options.gitea ?? newestGitea;
  const nothing = startsNothing(event, options);
  if (nothing) return workflows.map(({ path }) => settled(path, 'no-match', nothing));

  let known: boolean | undefined;
  const judging: Judging = { gitea, oneLine: () => (known ??= (event.changedFiles ?? []).every((file) => file.indexOf('\n') < 0)) };
  const files = workflows.map((file, index) => ({ index, file, detected: detectTriggers(file, event, judging) }));
  const inOrder = files.toSorted((a, b) => byteOrder(a.file.path, b.file.path) || a.index - b.index);
  const culprit = inOrder.find(({ detected }) => detected.some(({ kind }) => kind === 'panics' || kind === 'unreadable'));
  const decisions: Decision[][] = files.map(() => []);
  const insertions: Insertion[] = [];
  for (const { index, file, detected } of inOrder) {
    for (const found of detected) {
      if (found.kind === 'matched' && !culprit) insertions.push({ index, file, found });
      else decisions[index]?.push(found.kind === 'matched' && culprit ? lostTo(file, culprit) : settled(file.path, outcomes[found.kind], found.finding()));
    }
  }
  const targetsLast = insertions.toSorted((a, b) => Number(isTarget(a)) - Number(isTarget(b)));
  for (const [index, decision] of storeRuns(targetsLast, event, { ...options, gitea })) decisions[index]?.push(decision);
  return decisions.flatMap((some) => some.toSorted((a, b) => (a.trigger?.line ?? 0) - (b.trigger?.line ?? 0) || (a.trigger?.column ?? 0) - (b.trigger?.column ?? 0)));
}

type Matched = Extract<Detected, { kind: 'matched' }>;

interface Insertion {
  readonly index: number;
  readonly file: WorkflowFile;
  readonly found: Matched;
}

const outcomes = { ignored: 'ignored', 'no-match': 'no-match', panics: 'panic', unreadable: 'ignored', matched: 'no-match' } as const;
const isTarget = ({ found }: Insertion) => found.trigger.name === 'pull_request_target';

function startsNothing(event: TriggerEvent, { skipWords }: MatchOptions): Finding | undefined {
  if (deletesRef(event)) return findingAt(top, 'ref-deleted', `the push deletes ${event.ref ?? 'its ref'}, and deletions start nothing`);
  const skip = skipWordOf(event, skipWords);
  return skip && findingAt(top, 'skip-words', `the ${skip.in === 'title' ? 'title of the pull request' : 'message of the head commit'} holds ${skip.word}`);
}

function lostTo(file: WorkflowFile, culprit: { readonly file: WorkflowFile; readonly detected: readonly Detected[] }): Decision {
  const cause = culprit.detected.find(({ kind }) => kind === 'panics' || kind === 'unreadable');
  const finding = cause?.finding() ?? findingAt(top, 'panic-elsewhere', 'makes Gitea panic');
  if (cause?.kind === 'unreadable') return settled(file.path, 'no-match', finding, culprit.file.path);
  return settled(file.path, 'panic', { ...finding, code: 'panic-elsewhere', sentence: `makes Gitea panic, and the event is lost for every workflow: ${finding.sentence}` }, culprit.file.path);
}

/** Stores one run after the other, in the order Gitea does; a panic there loses the runs that were still to come. */
function storeRuns(insertions: readonly Insertion[], event: TriggerEvent, options: MatchOptions & { readonly gitea: GiteaVersion }): readonly (readonly [index: number, decision: Decision])[] {
  let panicked: { readonly path: string; readonly problem: Problem } | undefined;
  return insertions.map(({ index, file, found }) => {
    const { workflow, trigger } = found;
    const matched = { name: trigger.name, line: trigger.line, column: trigger.column };
    if (panicked) {
      const sentence = `makes Gitea panic, and the runs still to come are lost with it: ${panicked.problem.message}`;
      return [index, { ...settled(file.path, 'panic', findingAt(panicked.problem, 'panic-elsewhere', sentence), panicked.path), trigger: matched }] as const;
    }
    const context = contextOf(event, trigger.name, workflowName(file.path), options.gitea);
    const expanded = expandJobs(workflow, context, { gitea: options.gitea, ...(options.readCallee ? { readCallee: options.readCallee } : {}) });
    if (expanded.kind === 'jobs') {
      const reason: Reason = { ...found.finding(), path: file.path };
      const title = expanded.runName === undefined ? {} : { runName: expanded.runName };
      return [index, { path: file.path, outcome: 'runs', reason, trigger: matched, ...title, jobs: expanded.jobs, problems: [...expanded.problems, ...unknownMentions(workflow, context, event.context)] }] as const;
    }
    const { problem } = expanded;
    if (expanded.kind === 'panic') panicked = { path: file.path, problem };
    const outcome = expanded.kind;
    return [index, { ...settled(file.path, outcome, findingAt(problem, outcome, problem.message)), trigger: matched }] as const;
  });
}
