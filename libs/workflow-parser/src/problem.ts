/** A place in a file; both count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong, or not what it looks like, in a workflow. */
export interface Problem extends Position {
  /** `error`: Gitea acts on it (the file is ignored, no run, a panic). `warning`: a linter would say so, Gitea does not care. */
  readonly severity: 'error' | 'warning';
  /** A stable name of the kind of problem, in kebab-case. */
  readonly code: string;
  /** A sentence with what is wrong and how to mend it, without the position. */
  readonly message: string;
  /** The file, as it was named by the caller. */
  readonly path?: string;
}

/** Prints a problem on one line, `path:line:column message`, as editors and terminals link it. */
export function formatProblem(problem: Problem): string {
  return `${problem.path ?? 'workflow'}:${problem.line}:${problem.column} ${problem.message}`;
}
