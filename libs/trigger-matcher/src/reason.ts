import type { Position } from '@tinqs/workflow-parser';

/** Why a workflow runs or not: a closed list that scripts may rely on. */
export type ReasonCode =
  | 'no-filters'
  | 'filters-match'
  | 'dispatched'
  | 'schedule-due'
  | 'other-event'
  | 'no-events'
  | 'only-schedule'
  | 'branch'
  | 'tag'
  | 'other-ref'
  | 'path'
  | 'no-files'
  | 'files-unknown'
  | 'activity'
  | 'workflow-name'
  | 'pattern-invalid'
  | 'unknown-filter'
  | 'filters-conflict'
  | 'head-missing'
  | 'skip-words'
  | 'ref-deleted'
  | 'not-dispatched'
  | 'not-dispatchable'
  | 'file-ignored'
  | 'unreadable'
  | 'jobs-error'
  | 'panic'
  | 'panic-elsewhere';

/** The rule that decided, with its place: `line` is that of the filter, the event or the problem in the workflow file. */
export interface Reason extends Position {
  readonly code: ReasonCode;
  readonly sentence: string;
  readonly path: string;
}

/** A reason before it is known which file it stands in. */
export type Finding = Omit<Reason, 'path'>;

export const findingAt = (at: Position, code: ReasonCode, sentence: string): Finding => ({ code, sentence, line: at.line, column: at.column });

/** Quotes at most three texts: `"a", "b", "c" and 4 more`. */
export function quoted(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).map((text) => JSON.stringify(text));
  return texts.length > 3 ? `${shown.join(', ')} and ${texts.length - 3} more` : shown.join(', ');
}

/** Joins words: `a`, `a and b`, `a, b and c`. */
export const listed = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`);
