import type { GiteaVersion } from './gitea-version.js';
import { readingRules } from './reading-rules.js';
import { codeAt, isBlank, isBlankOrBreakOrEnd, isBreak, isDigit, isEnd, isWord, takeBreak, YamlRefusal } from './yaml-cursor.js';
import type { Cursor } from './yaml-cursor.js';

const isNamePart = (code: number, gitea: GiteaVersion): boolean => isWord(code) || (readingRules[gitea].wideAnchorNames && code > 0x20 && code < 0x7f && !':,[]{}'.includes(String.fromCharCode(code)));

/** Reads the name of an anchor or alias; the cursor stands on `&` or `*`. */
export function scanName(cursor: Cursor, gitea: GiteaVersion): string {
  const start = cursor.at;
  cursor.at++;
  while (isNamePart(codeAt(cursor), gitea)) cursor.at++;
  const name = cursor.text.slice(start + 1, cursor.at);
  const next = codeAt(cursor);
  if (name === '' || !(isBlankOrBreakOrEnd(next) || '?:,]}%@`'.includes(String.fromCharCode(next)))) {
    throw new YamlRefusal(`the name after ${cursor.text[start]} may have letters, digits, - and _ only; a text that begins with ${cursor.text[start]} needs quotes`, start);
  }
  return name;
}

export interface TagText {
  readonly handle: string;
  readonly suffix: string;
}

/** Reads a tag such as `!!str`, `!mine`, `!<uri>`; the cursor stands on `!`. */
export function scanTag(cursor: Cursor): TagText {
  const start = cursor.at;
  let tag: TagText;
  if (codeAt(cursor, 1) === 0x3c) {
    cursor.at += 2;
    tag = { handle: '', suffix: scanUri(cursor, '', start) };
    if (codeAt(cursor) !== 0x3e) throw new YamlRefusal('a tag in angle brackets is not closed', start);
    cursor.at++;
  } else {
    const handle = scanHandle(cursor, start, false);
    if (handle.length > 1 && handle.endsWith('!')) tag = { handle, suffix: scanUri(cursor, '', start) };
    else {
      const suffix = scanUri(cursor, handle, start);
      tag = suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
    }
  }
  if (!isBlankOrBreakOrEnd(codeAt(cursor))) throw new YamlRefusal('a tag ends with a blank; a text that begins with ! needs quotes', start);
  return tag;
}

function scanHandle(cursor: Cursor, start: number, inDirective: boolean): string {
  const from = cursor.at;
  if (codeAt(cursor) !== 0x21) throw new YamlRefusal('a tag begins with !', start);
  cursor.at++;
  while (isWord(codeAt(cursor))) cursor.at++;
  if (codeAt(cursor) === 0x21) cursor.at++;
  else if (inDirective && cursor.at !== from + 1) throw new YamlRefusal('the handle of a tag ends with !', start);
  return cursor.text.slice(from, cursor.at);
}

function scanUri(cursor: Cursor, handle: string, start: number): string {
  let uri = handle.slice(1);
  let bytes = '';
  let found = handle !== '';
  const flush = (): void => {
    if (bytes === '') return;
    try {
      uri += decodeURIComponent(bytes);
    } catch (error) {
      throw new YamlRefusal(`the escapes of a tag are no UTF-8 (${String(error)})`, start);
    }
    bytes = '';
  };
  for (;;) {
    const letter = cursor.text[cursor.at] ?? '';
    if (letter === '%') {
      const escape = /%[0-9a-fA-F]{2}/y;
      escape.lastIndex = cursor.at;
      if (!escape.test(cursor.text)) throw new YamlRefusal('% in a tag wants two hexadecimal digits', start);
      bytes += cursor.text.slice(cursor.at, cursor.at + 3);
      cursor.at += 3;
    } else if (letter !== '' && (isWord(letter.charCodeAt(0)) || ";/?:@&=+$,.!~*'()[]".includes(letter))) {
      flush();
      uri += letter;
      cursor.at++;
    } else break;
    found = true;
  }
  flush();
  if (!found) throw new YamlRefusal('a tag has no name', start);
  return uri;
}

export type Directive = { readonly kind: 'version'; readonly version: string } | { readonly kind: 'tag'; readonly handle: string; readonly prefix: string };

/** Reads a directive; the cursor stands on the `%` at the beginning of a line. */
export function scanDirective(cursor: Cursor): Directive {
  const start = cursor.at;
  cursor.at++;
  while (isWord(codeAt(cursor))) cursor.at++;
  const name = cursor.text.slice(start + 1, cursor.at);
  if ((name !== 'YAML' && name !== 'TAG') || !isBlankOrBreakOrEnd(codeAt(cursor))) throw new YamlRefusal(`the directive %${name} is not known; a text that begins with % needs quotes`, start);
  while (isBlank(codeAt(cursor))) cursor.at++;
  const directive: Directive = name === 'YAML' ? { kind: 'version', version: scanVersion(cursor, start) } : scanTagDirective(cursor, start);
  while (isBlank(codeAt(cursor))) cursor.at++;
  if (codeAt(cursor) === 0x23) while (!isBreak(codeAt(cursor)) && !isEnd(codeAt(cursor))) cursor.at++;
  if (isBreak(codeAt(cursor))) takeBreak(cursor);
  else if (!isEnd(codeAt(cursor))) throw new YamlRefusal('only a comment may follow a directive', start);
  return directive;
}

function scanVersion(cursor: Cursor, start: number): string {
  const from = cursor.at;
  const number = (): void => {
    const first = cursor.at;
    while (isDigit(codeAt(cursor))) cursor.at++;
    if (cursor.at === first || cursor.at > first + 2) throw new YamlRefusal('%YAML wants a version such as 1.1', start);
  };
  number();
  if (codeAt(cursor) !== 0x2e) throw new YamlRefusal('%YAML wants a version such as 1.1', start);
  cursor.at++;
  number();
  return cursor.text.slice(from, cursor.at);
}

function scanTagDirective(cursor: Cursor, start: number): Directive {
  const handle = scanHandle(cursor, start, true);
  if (!isBlank(codeAt(cursor))) throw new YamlRefusal('%TAG wants a handle and a prefix', start);
  while (isBlank(codeAt(cursor))) cursor.at++;
  const prefix = scanUri(cursor, '', start);
  if (!isBlankOrBreakOrEnd(codeAt(cursor))) throw new YamlRefusal('%TAG wants a handle and a prefix', start);
  return { kind: 'tag', handle, prefix };
}
