/** Something a server newer than the tried ones said: carried on, and worth one line in a log. */
export interface UnknownWord {
  /** The path of the field. */
  readonly path: string;
  /** The word where the field is known and its value is not; null where the field itself is new. */
  readonly word: string | null;
}

const longestWord = 64;

/** Fields of an object that none of 1.24.7, 1.25.4, 1.26.4 and 1.27.0 sends. */
export function unknownFields(path: string, value: object, known: ReadonlySet<string>): UnknownWord[] {
  return Object.keys(value)
    .filter((key) => !known.has(key))
    .map((key) => ({ path: (path === '' ? '' : `${path}.`) + cut(key), word: null }));
}

/** The word if it is a known one, else `unknown`, noted. */
export function knownWord<T extends string>(word: string, known: readonly T[], path: string, unknown: UnknownWord[]): T | 'unknown' {
  const found = known.find((candidate) => candidate === word);
  if (found === undefined) unknown.push({ path, word: cut(word) });
  return found ?? 'unknown';
}

function cut(word: string): string {
  return word.length > longestWord ? `${word.slice(0, longestWord)}…` : word;
}
