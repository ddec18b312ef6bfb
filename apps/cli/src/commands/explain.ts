import { readFileSync } from 'node:fs';
import { parseDelivery } from '@tinqs/gitea-client';
import { explainDecision, matchTriggers, pushEvent, type Decision, type TriggerEvent } from '@tinqs/trigger-matcher';
import { judgedAs } from '@tinqs/workflow-parser';
import { CommandFailure, type ExitCode } from '../failure.js';
import { readWorkflows } from '../workflow-folder.js';

export interface ExplainOptions {
  readonly event?: string;
  readonly ref?: string;
  readonly files?: string;
  readonly message?: string;
  readonly action?: string;
  readonly gitea?: string;
  readonly fromDelivery?: string;
  readonly json?: boolean;
}

const COMMIT = { before: '1'.repeat(40), after: '2'.repeat(40) };

/** What an event would start, and the rule that decides it, for every workflow of a checkout. Exit 1 if Gitea can use one of them for nothing. */
export function explain(folder: string, options: ExplainOptions, print: (text: string) => void): ExitCode {
  const { gitea, note } = judgedAs(options.gitea ?? '1.27');
  const decisions = matchTriggers(readWorkflows(folder).files, eventOf(options), { gitea });
  if (options.json === true) print(JSON.stringify(decisions.map(toJson)));
  else print([...(note === undefined ? [] : [note]), ...decisions.map((decision) => `${decision.outcome === 'runs' ? '✔' : decision.outcome === 'no-match' ? '–' : '✘'} ${explainDecision(decision)}`)].join('\n'));
  return decisions.every((decision) => decision.outcome === 'runs' || decision.outcome === 'no-match') ? 0 : 1;
}

function toJson({ path, outcome, reason, jobs }: Decision): object {
  return { workflow: path, runs: outcome === 'runs', outcome, reason: { code: reason.code, sentence: reason.sentence, path: reason.path, line: reason.line }, jobs: jobs.map(({ id, name, labels, needs }) => ({ id, name, labels, needs })) };
}

function eventOf(options: ExplainOptions): TriggerEvent {
  const changedFiles = options.files === undefined ? null : options.files.split(',').map((file) => file.trim()).filter((file) => file !== '');
  if (options.fromDelivery !== undefined) return fromDelivery(options.fromDelivery, changedFiles);
  const type = options.event ?? 'push';
  const ref = fullRef(options.ref ?? 'main');
  if (type === 'push') return pushEvent({ ref, ...COMMIT, changedFiles, message: options.message ?? '' });
  const branch = ref.replace(/^refs\/(heads|tags)\//, '');
  return { type, ref, baseRef: branch, headRef: 'topic', changedFiles, message: options.message ?? '', ...(options.action === undefined ? (type === 'pull_request' ? { action: 'opened' } : {}) : { action: options.action }) };
}

/** A bare name is a branch. */
function fullRef(ref: string): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}

/** A recorded delivery, `{ headers, body }`. Its payload does not list the changed files reliably, so they come from `--files`. */
function fromDelivery(file: string, changedFiles: readonly string[] | null): TriggerEvent {
  let recorded: { headers?: Record<string, string>; body?: string };
  try {
    recorded = JSON.parse(readFileSync(file, 'utf8')) as typeof recorded;
  } catch (cause) {
    throw new CommandFailure(2, `${file}: expected a recorded delivery, { "headers": …, "body": "…" }: ${(cause as Error).message}`, { cause });
  }
  const delivery = parseDelivery(recorded.headers ?? {}, Buffer.from(recorded.body ?? ''));
  switch (delivery.kind) {
    case 'push':
      return pushEvent({ ref: delivery.ref, before: delivery.before, after: delivery.after, changedFiles, message: delivery.headCommit?.message ?? '' });
    case 'pull-request':
      return { type: delivery.event, action: delivery.action, baseRef: delivery.base.ref, headRef: delivery.head.ref, title: delivery.title, changedFiles };
    case 'refused':
      throw new CommandFailure(2, `${file}: ${delivery.sentence}`);
    default:
      throw new CommandFailure(2, `${file}: a ${delivery.event} starts no workflow`);
  }
}
