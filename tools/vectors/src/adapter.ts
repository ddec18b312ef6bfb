import type { ComparedWith, TreeEntry } from '@tinqs/gitea-client';
import { changedFilesOf } from '@tinqs/gitea-client';
import type { Decision, TriggerEvent } from '@tinqs/trigger-matcher';
import { filterSkips as judgeList, isWorkflowPath, listWorkflows, matchPattern as judgePattern, matchTriggers, matchTypePattern, skipsRun } from '@tinqs/trigger-matcher';
import type { GiteaVersion, JobContext, JobInstance, Trigger } from '@tinqs/workflow-parser';
import { expandJobs, nextTimes, parseTriggers, parseWorkflow } from '@tinqs/workflow-parser';
import { calleeReader, type Library, type SourceFile } from './callee-reader.js';

const matched = (answer: 'match' | 'no-match' | 'invalid') => (answer === 'invalid' ? null : answer === 'match');

export const matchPattern = (pattern: string, value: string, gitea: GiteaVersion): boolean | null => matched(judgePattern(pattern, value, { gitea }));

export const matchType = (pattern: string, action: string, gitea: GiteaVersion): boolean | null => matched(matchTypePattern(pattern, action, { gitea }));

export function filterSkips(patterns: readonly string[], values: readonly string[], gitea: GiteaVersion): { skip: boolean; filter: boolean } | null {
  const answer = judgeList(patterns, values, { gitea });
  return answer === 'invalid' ? null : answer;
}

/** The recorded events carry what Gitea computed, so a missing old commit comes with `changedFiles: null`. */
type RecordedEvent = TriggerEvent & { readonly beforeMissing?: boolean };

export function decide(text: string, event: RecordedEvent, gitea: GiteaVersion) {
  const decisions = matchTriggers([{ path: '.gitea/workflows/w.yml', text }], event, { gitea });
  const found = decisions.filter(({ trigger }) => trigger);
  const jobs = found.find(({ outcome }) => outcome === 'runs')?.jobs.filter(({ parent }) => parent === undefined).length;
  const outcome = outcomeOf(decisions);
  return { runs: outcome === 'runs', matched: found.map(({ trigger }) => trigger?.name), outcome, ...(jobs === undefined ? {} : { jobs }) };
}

function outcomeOf(decisions: readonly Decision[]): string {
  const panic = decisions.find(({ outcome }) => outcome === 'panic');
  if (decisions.some(({ outcome }) => outcome === 'runs')) return 'runs';
  if (panic) return panic.trigger ? 'jobs-panic' : 'panic';
  return decisions[0]?.outcome ?? 'no-match';
}

export function triggers(text: string, gitea: GiteaVersion) {
  const answer = parseTriggers(text, { gitea });
  return answer.kind === 'triggers' ? { valid: true, events: answer.triggers.map(eventOf) } : { valid: false };
}

const eventOf = ({ name, filters, schedules, inputs }: Trigger) => ({
  name,
  ...(filters ? { filters: Object.fromEntries(filters.map(({ key, values }) => [key, values.map(({ value }) => value)])) } : {}),
  ...(schedules ? { schedules: schedules.map(({ entries }) => entries) } : {}),
  ...(inputs ? { inputs: inputs.map((input) => ({ name: input.name, description: input.description, required: input.required, default: input.default, type: input.type, options: input.options })) } : {}),
});

/** Asks the job parser alone: a file that Gitea ignores for its triggers, or since 1.26 for a trial of its jobs without context, has rows all the same. */
export function jobs(text: string, context: JobContext, gitea: GiteaVersion) {
  const { workflow } = parseWorkflow(text, { gitea });
  const expanded = workflow && expandJobs(workflow, context, { gitea });
  if (expanded?.kind !== 'jobs') return { error: true };
  return { jobs: expanded.jobs.filter(({ parent }) => parent === undefined).map((job) => rowOf(job, gitea)), runName: expanded.runName ?? '' };
}

function rowOf(job: JobInstance, gitea: GiteaVersion) {
  const row = { id: job.id, name: job.name, runsOn: job.labels, needs: job.needs, uses: job.uses, if: job.if, matrix: job.matrix, failFast: job.failFast, maxParallel: job.maxParallel, timeoutMinutes: job.timeoutMinutes, permissions: job.permissions };
  return gitea === '1.27' ? { ...row, caller: job.caller ?? false, continueOnError: job.continueOnError ?? false } : row;
}

export function stored(input: { tree: readonly SourceFile[]; file: string; libraries: readonly Library[] }, context: JobContext, gitea: GiteaVersion) {
  const text = input.tree.find(({ path }) => path === input.file)?.text ?? '';
  const { workflow } = parseWorkflow(text, { gitea, path: input.file });
  const readCallee = calleeReader([...input.libraries, { repository: 'acme/app', refs: ['main'], tree: input.tree }], input.tree);
  const expanded = workflow && expandJobs(workflow, context, { gitea, readCallee });
  if (expanded?.kind !== 'jobs') return { error: true };
  return {
    run: { status: expanded.runStatus, ...(expanded.runName === undefined ? {} : { title: expanded.runName }), ...(expanded.concurrency ? { concurrency: expanded.concurrency } : {}) },
    jobs: expanded.jobs.map((job) => ({
      ...{ id: job.id, name: job.name, runsOn: job.labels, needs: job.needs, status: job.status, caller: job.caller ?? false, continueOnError: job.continueOnError ?? false },
      ...(job.parent === undefined ? {} : { parent: job.parent }),
      ...(job.concurrency ? { concurrency: job.concurrency } : {}),
    })),
    stuck: expanded.stuck ?? false,
  };
}

interface DetectEntry {
  readonly path: string;
  readonly text?: string;
  readonly mode?: 'link' | 'submodule' | 'exec';
}
type DetectInput =
  | { readonly ask: 'list'; readonly tree: readonly DetectEntry[]; readonly dirs?: readonly string[] }
  | { readonly ask: 'is-workflow'; readonly paths: readonly string[]; readonly dirs?: readonly string[] }
  | { readonly ask: 'decide'; readonly tree: readonly DetectEntry[]; readonly event: RecordedEvent; readonly dirs?: readonly string[] }
  | { readonly ask: 'skip'; readonly event: { readonly type: string }; readonly message: string; readonly title?: string; readonly strings?: readonly string[] };

export function detect(input: DetectInput, gitea: GiteaVersion) {
  if (input.ask === 'skip') {
    const { event, message, title, strings } = input;
    return { skipped: skipsRun({ ...event, message, ...(title === undefined ? {} : { title }) }, strings ? { words: strings } : {}) };
  }
  const options = { gitea, ...(input.dirs ? { folders: input.dirs } : {}) };
  if (input.ask === 'is-workflow') return { matched: input.paths.filter((path) => isWorkflowPath(path, options)) };
  const listing = listWorkflows(
    input.tree.map(({ path, mode }) => ({ path, kind: mode === 'link' || mode === 'submodule' ? mode : 'file' })),
    options,
  );
  if (input.ask === 'list') return { dir: listing.folder, files: listing.files.map(({ name }) => name) };
  const files = listing.files.map(({ path, kind }) => ({ path, kind, text: input.tree.find((entry) => entry.path === path)?.text ?? '' }));
  const decisions = matchTriggers(files, input.event, { gitea });
  const found = decisions.filter(({ trigger }) => trigger);
  const names = found.map(({ path }) => path.slice(listing.folder.length + 1));
  return { matched: found.map(({ trigger }) => trigger?.name), files: names, outcome: detectionOf(decisions) };
}

/** What Gitea knows before it stores runs: a matching entry counts, whatever becomes of its jobs. */
function detectionOf(decisions: readonly Decision[]): string {
  if (decisions.some(({ trigger }) => trigger)) return 'detected';
  if (decisions.some(({ reason }) => reason.code === 'unreadable')) return 'detect-error';
  return decisions.some(({ outcome }) => outcome === 'panic') ? 'panic' : 'no-match';
}

type RecordedTree = Readonly<Record<string, readonly [mode: string, type: string, id: string]>>;

export function changedFiles(input: { before: string; beforeIs: string; parents: number; head: RecordedTree; parent?: RecordedTree }): readonly string[] | null {
  const entries = (tree: RecordedTree = {}): readonly TreeEntry[] => Object.entries(tree).map(([path, [mode, , id]]) => ({ path, mode, id }));
  const against: ComparedWith = /^0+$/.test(input.before)
    ? { kind: 'new-ref', parents: input.parents, firstParent: entries(input.parent) }
    : input.beforeIs === 'missing'
      ? { kind: 'gone' }
      : { kind: 'tree', entries: entries(input.beforeIs === 'same' ? input.head : input.parent) };
  return changedFilesOf(entries(input.head), against);
}

export function cron(spec: string, from: string) {
  const answer = nextTimes(spec, new Date(from), 3);
  return answer.kind === 'times' ? { valid: true, next: answer.times.map((time) => time.toISOString().replace('.000Z', 'Z')) } : { valid: false };
}
