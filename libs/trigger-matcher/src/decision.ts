import type { JobInstance, Position, Problem } from '@tinqs/workflow-parser';
import type { Reason } from './reason.js';

/**
 * What Gitea does with one workflow file, or with one entry under its `on`.
 *
 * - `runs`: a run is stored. - `no-match`: nothing happens. - `ignored`: Gitea passes over the file, whatever the event.
 * - `jobs-error`: the entry matches, and yet no run is stored. - `panic`: Gitea panics here, or did so at another file and lost this one.
 */
export interface Decision {
  readonly path: string;
  readonly outcome: 'runs' | 'no-match' | 'ignored' | 'jobs-error' | 'panic';
  /** `reason.path` is another file where that one took this one along. */
  readonly reason: Reason;
  /** The entry under `on` that matched; absent when none did. */
  readonly trigger?: Position & { readonly name: string };
  /** The title of the run, where `run-name` sets it. */
  readonly runName?: string;
  /** The rows of the run, in Gitea's order. */
  readonly jobs: readonly JobInstance[];
  /** Expressions that Gitea evaluates with more than is known here: names and labels that hold them are raw, or computed as if it were empty. */
  readonly problems: readonly Problem[];
}

/** Says a decision in one line: `path:line` of the rule that decided, what happens, and why. */
export function explainDecision({ path, outcome, reason, jobs }: Decision): string {
  const at = `${reason.path}:${reason.line}`;
  if (reason.path !== path) return `${path} is lost: ${at} ${reason.sentence}`;
  switch (outcome) {
    case 'runs':
      return `${at} runs: ${reason.sentence} (${jobs.length === 0 ? 'no jobs' : `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}: ${shortened(jobs.map(({ name }) => name))}`})`;
    case 'no-match':
      return `${at} does not run: ${reason.sentence}`;
    case 'ignored':
      return `${at} is ignored by Gitea: ${reason.sentence}`;
    case 'jobs-error':
      return `${at} matches, but Gitea stores no run: ${reason.sentence}`;
    case 'panic':
      return `${at} makes Gitea panic: ${reason.sentence}`;
  }
}

const shortened = (names: readonly string[]) => (names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', '));
