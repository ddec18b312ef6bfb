/** Where a command that judges a checkout says what it found. */
export interface Output {
  readonly print: (text: string) => void;
  /** What is no finding: how a version was judged, what is not known. */
  readonly printNote: (text: string) => void;
  /** Columns of the terminal; sentences are not wrapped where none reads. */
  readonly width?: number | undefined;
}

export function terminalOutput(out: NodeJS.WriteStream, notes: NodeJS.WriteStream): Output {
  return { print: (text) => out.write(`${text}\n`), printNote: (text) => notes.write(`${text}\n`), width: out.columns };
}
