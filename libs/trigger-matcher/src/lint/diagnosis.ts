import type { Position, Problem } from '@tinqs/workflow-parser';

/** What a linter says of a workflow folder: a sentence, where it stands, and what to do about it. */
export interface Diagnosis extends Problem {
  readonly path: string;
  readonly remedy: string;
}

/** Who serves which labels; what is not known of an installation's runners cannot be linted. */
export interface LabelService {
  /** The classes whose runners may take a job with these labels, the one meant for it first. */
  readonly takers: (labels: readonly string[]) => readonly string[];
  /** The known label nearest to one that nobody serves. */
  readonly nearest: (labels: readonly string[]) => string | null;
}

export const warningAt = (path: string, at: Position, code: string, message: string, remedy: string): Diagnosis => ({ severity: 'warning', code, message, remedy, path, line: at.line, column: at.column });
export const errorAt = (path: string, at: Position, code: string, message: string, remedy: string): Diagnosis => ({ ...warningAt(path, at, code, message, remedy), severity: 'error' });
