/** A place in the text that moves on, and knows in which column of which line it is. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Where the current line begins. */
  lineStart: number;
  /** Counts lines only to tell them apart. */
  line: number;
}

/** Gitea's YAML does not take this text. Thrown inside this library only. */
export class YamlRefusal extends Error {
  override readonly name = 'YamlRefusal';

  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** The character's code at a distance; behind the end it is NaN, which is equal to nothing. */
export const codeAt = (cursor: Cursor, distance = 0): number => cursor.text.charCodeAt(cursor.at + distance);
export const columnOf = (cursor: Cursor): number => cursor.at - cursor.lineStart;

export const isEnd = (code: number): boolean => Number.isNaN(code);
export const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
/** YAML 1.1 breaks lines at three characters more than editors do: NEL, LS and PS. */
export const isBreak = (code: number): boolean => code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
export const isBlankOrBreakOrEnd = (code: number): boolean => isBlank(code) || isBreak(code) || isEnd(code);
/** A letter, a digit, `_` or `-`: what names of anchors and tags are made of. */
export const isWord = (code: number): boolean => (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || code === 0x2d;
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Moves behind a line break and returns it as it counts in a value: CR and CR LF are a line feed. */
export function takeBreak(cursor: Cursor): string {
  const code = codeAt(cursor);
  cursor.at += code === 0x0d && codeAt(cursor, 1) === 0x0a ? 2 : 1;
  cursor.lineStart = cursor.at;
  cursor.line++;
  return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
}

/** Whether `---` or `...` stands alone at the beginning of this line. */
export function isDocumentMark(cursor: Cursor, mark: '---' | '...'): boolean {
  return cursor.at === cursor.lineStart && cursor.text.startsWith(mark, cursor.at) && isBlankOrBreakOrEnd(codeAt(cursor, 3));
}

/** Joins lines as plain and quoted texts do: one break is a blank, of several the first is lost. */
export function fold(first: string, others: string): string {
  if (first !== '\n') return first + others;
  return others === '' ? ' ' : others;
}
