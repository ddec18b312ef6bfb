import type { GiteaVersion } from './gitea-version.js';
import { readingRules } from './reading-rules.js';
import { codeAt, columnOf, fold, isBlank, isBlankOrBreakOrEnd, isBreak, isDocumentMark, takeBreak, YamlRefusal } from './yaml-cursor.js';
import type { Cursor } from './yaml-cursor.js';

export interface PlainText {
  readonly value: string;
  /** It ended at the beginning of a line, where a key may stand. */
  readonly atLineStart: boolean;
}

/** Reads a text without quotes. In braces and brackets it ends at these and at commas too. */
export function scanPlain(cursor: Cursor, indent: number, inFlow: boolean, gitea: GiteaVersion): PlainText {
  const start = cursor.at;
  let value = '';
  let gap = '';
  let atLineStart = false;
  for (;;) {
    if (codeAt(cursor) === 0x23 || isDocumentMark(cursor, '---') || isDocumentMark(cursor, '...')) break;
    const from = cursor.at;
    while (!isBlankOrBreakOrEnd(codeAt(cursor)) && !endsPlain(cursor, inFlow, gitea)) cursor.at++;
    if (cursor.at > from) {
      value += gap + cursor.text.slice(from, cursor.at);
      gap = '';
      atLineStart = false;
    }
    if (!isBlank(codeAt(cursor)) && !isBreak(codeAt(cursor))) break;
    const blanks = cursor.at;
    let first = '';
    let others = '';
    for (let code = codeAt(cursor); isBlank(code) || isBreak(code); code = codeAt(cursor)) {
      if (isBreak(code)) {
        if (first === '' && !atLineStart) first = takeBreak(cursor);
        else others += takeBreak(cursor);
        atLineStart = true;
      } else {
        if (atLineStart && code === 0x09 && columnOf(cursor) < indent) throw new YamlRefusal('a tab stands where blanks should indent', start);
        cursor.at++;
      }
    }
    gap = first === '' ? cursor.text.slice(blanks, cursor.at) : fold(first, others);
    if (!inFlow && columnOf(cursor) < indent) break;
  }
  return { value, atLineStart };
}

function endsPlain(cursor: Cursor, inFlow: boolean, gitea: GiteaVersion): boolean {
  const code = codeAt(cursor);
  if (code === 0x3a) return isBlankOrBreakOrEnd(codeAt(cursor, 1));
  if (!inFlow) return false;
  if (code === 0x3f) return readingRules[gitea].questionMarksAreKeys || isBlankOrBreakOrEnd(codeAt(cursor, 1));
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}
