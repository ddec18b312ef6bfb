import { codeAt, fold, isBlank, isBlankOrBreakOrEnd, isBreak, isDocumentMark, isEnd, takeBreak, YamlRefusal } from './yaml-cursor.js';
import type { Cursor } from './yaml-cursor.js';

const escapes: Readonly<Record<string, string>> = { '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b', ' ': ' ', '"': '"', "'": "'", '\\': '\\', N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' };
const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads a text in quotes; the cursor stands on the opening one, and afterwards behind the closing one. Its lines may stand in any column. */
export function scanQuoted(cursor: Cursor): string {
  const start = cursor.at;
  const quote = codeAt(cursor);
  const isDouble = quote === 0x22;
  let value = '';
  cursor.at++;
  for (;;) {
    if (isDocumentMark(cursor, '---') || isDocumentMark(cursor, '...')) throw new YamlRefusal('a text in quotes is not closed before the document ends', start);
    if (isEnd(codeAt(cursor))) throw new YamlRefusal('a text in quotes is not closed', start);
    let continued = false;
    let from = cursor.at;
    for (let code = codeAt(cursor); !isBlankOrBreakOrEnd(code); code = codeAt(cursor)) {
      if (!isDouble && code === quote && codeAt(cursor, 1) === quote) {
        value += `${cursor.text.slice(from, cursor.at)}'`;
        cursor.at += 2;
        from = cursor.at;
      } else if (code === quote) break;
      else if (isDouble && code === 0x5c) {
        value += cursor.text.slice(from, cursor.at);
        if (isBreak(codeAt(cursor, 1))) {
          cursor.at++;
          takeBreak(cursor);
          continued = true;
          from = cursor.at;
          break;
        }
        value += scanEscape(cursor, start);
        from = cursor.at;
      } else cursor.at++;
    }
    value += cursor.text.slice(from, cursor.at);
    if (codeAt(cursor) === quote) break;
    value += scanGap(cursor, continued);
  }
  cursor.at++;
  return value;
}

/** Blanks and breaks inside quotes; `continued`: an escaped break stands before them, which leaves nothing. */
function scanGap(cursor: Cursor, continued: boolean): string {
  let blanks = '';
  let first = '';
  let others = '';
  let broken = continued;
  for (let code = codeAt(cursor); isBlank(code) || isBreak(code); code = codeAt(cursor)) {
    if (isBlank(code)) {
      if (!broken) blanks += cursor.text[cursor.at];
      cursor.at++;
    } else if (!broken) {
      first = takeBreak(cursor);
      broken = true;
    } else others += takeBreak(cursor);
  }
  return !broken ? blanks : fold(first, others);
}

function scanEscape(cursor: Cursor, start: number): string {
  const letter = cursor.text[cursor.at + 1] ?? '';
  cursor.at += 2;
  const plain = escapes[letter];
  if (plain !== undefined) return plain;
  const length = codeLengths[letter];
  if (length === undefined) throw new YamlRefusal(`"\\${letter}" is no escape in a text in double quotes; write \\\\ for a backslash, or use single quotes`, start);
  const digits = cursor.text.slice(cursor.at, cursor.at + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) throw new YamlRefusal(`"\\${letter}" wants ${length} hexadecimal digits`, start);
  const code = Number.parseInt(digits, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) throw new YamlRefusal(`"\\${letter}${digits}" is no character; write it as itself, or as one \\U escape`, start);
  cursor.at += length;
  return String.fromCodePoint(code);
}
