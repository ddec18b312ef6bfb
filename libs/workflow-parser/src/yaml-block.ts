import { codeAt, columnOf, isBlank, isBreak, isDigit, isEnd, takeBreak, YamlRefusal } from './yaml-cursor.js';
import type { Cursor } from './yaml-cursor.js';

/** Reads a block text, `|` or `>`; the cursor stands on that. `indent`: the column of the block around it, -1 at the top. */
export function scanBlock(cursor: Cursor, indent: number): string {
  const start = cursor.at;
  const isLiteral = codeAt(cursor) === 0x7c;
  cursor.at++;
  const { chomping, increment } = scanHeader(cursor, start);
  const state = { column: increment === 0 ? 0 : Math.max(indent, 0) + increment };
  let value = '';
  let lineBreak = '';
  let emptyLines = scanEmptyLines(cursor, state, indent, start);
  let blankBefore = false;
  while (columnOf(cursor) === state.column && !isEnd(codeAt(cursor))) {
    const blankNow = isBlank(codeAt(cursor));
    // A folded text keeps the breaks around lines that are indented deeper.
    if (!isLiteral && lineBreak === '\n' && !blankBefore && !blankNow) value += emptyLines === '' ? ' ' : '';
    else value += lineBreak;
    value += emptyLines;
    blankBefore = blankNow;
    const from = cursor.at;
    while (!isBreak(codeAt(cursor)) && !isEnd(codeAt(cursor))) cursor.at++;
    value += cursor.text.slice(from, cursor.at);
    lineBreak = isEnd(codeAt(cursor)) ? '' : takeBreak(cursor);
    emptyLines = scanEmptyLines(cursor, state, indent, start);
  }
  if (chomping !== '-') value += lineBreak;
  if (chomping === '+') value += emptyLines;
  return value;
}

function scanHeader(cursor: Cursor, start: number): { chomping: '+' | '-' | ''; increment: number } {
  let chomping: '+' | '-' | '' = '';
  let increment = 0;
  const sign = (): void => {
    const letter = cursor.text[cursor.at];
    if (chomping !== '' || (letter !== '+' && letter !== '-')) return;
    chomping = letter;
    cursor.at++;
  };
  sign();
  if (isDigit(codeAt(cursor))) {
    increment = codeAt(cursor) - 0x30;
    if (increment === 0) throw new YamlRefusal('the indentation of a block text cannot be 0', start);
    cursor.at++;
    sign();
  }
  while (isBlank(codeAt(cursor))) cursor.at++;
  if (codeAt(cursor) === 0x23) while (!isBreak(codeAt(cursor)) && !isEnd(codeAt(cursor))) cursor.at++;
  if (isBreak(codeAt(cursor))) takeBreak(cursor);
  else if (!isEnd(codeAt(cursor))) throw new YamlRefusal('only a comment may follow | or > in its line', start);
  return { chomping, increment };
}

/** Moves to the next line with content, and finds out the indentation where it is not known yet. */
function scanEmptyLines(cursor: Cursor, state: { column: number }, indent: number, start: number): string {
  let breaks = '';
  let deepest = 0;
  for (;;) {
    while ((state.column === 0 || columnOf(cursor) < state.column) && codeAt(cursor) === 0x20) cursor.at++;
    deepest = Math.max(deepest, columnOf(cursor));
    if ((state.column === 0 || columnOf(cursor) < state.column) && codeAt(cursor) === 0x09) throw new YamlRefusal('a tab stands where a block text is indented; use blanks', start);
    if (!isBreak(codeAt(cursor))) break;
    breaks += takeBreak(cursor);
  }
  if (state.column === 0) state.column = Math.max(deepest, indent + 1, 1);
  return breaks;
}
