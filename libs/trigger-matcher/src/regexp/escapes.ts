import type { CharSet } from './char-set.js';
import { complement, ignoringCase, rangeSet, singleIgnoringCase, union } from './char-set.js';
import { perlClass, posixClass, unicodeClass } from './named-class.js';

/** A place in a regular expression that is being read; `undefined` answers leave it anywhere. */
export interface Cursor {
  readonly chars: readonly string[];
  at: number;
}

const codeOf = (char: string) => char.codePointAt(0) ?? 0;
const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const isOctal = (char: string | undefined): char is string => char !== undefined && char >= '0' && char <= '7' && char.length === 1;

/** Reads a single-character escape, the cursor on its backslash. Go refuses escaped letters and digits without a meaning. */
export function readEscape(cursor: Cursor): number | undefined {
  const char = cursor.chars[cursor.at + 1];
  if (char === undefined) return undefined;
  cursor.at += 2;
  if (isOctal(char) && (char === '0' || isOctal(cursor.chars[cursor.at]))) {
    let value = Number(char);
    for (let n = 1; n < 3; n++) {
      const digit = cursor.chars[cursor.at];
      if (!isOctal(digit)) break;
      value = value * 8 + Number(digit);
      cursor.at++;
    }
    return value;
  }
  if (char === 'x') return readHex(cursor);
  if (Object.hasOwn(controls, char)) return controls[char];
  const code = codeOf(char);
  return code < 0x80 && !/[0-9A-Za-z]/.test(char) ? code : undefined;
}

function readHex(cursor: Cursor): number | undefined {
  const { chars } = cursor;
  let digits = '';
  if (chars[cursor.at] === '{') {
    const end = chars.indexOf('}', cursor.at);
    if (end < 0) return undefined;
    digits = chars.slice(cursor.at + 1, end).join('');
    cursor.at = end + 1;
  } else {
    digits = chars.slice(cursor.at, cursor.at + 2).join('');
    if (digits.length !== 2) return undefined;
    cursor.at += 2;
  }
  if (!/^[0-9A-Fa-f]+$/.test(digits)) return undefined;
  const value = parseInt(digits, 16);
  return value <= 0x10ffff ? value : undefined;
}

/** Reads `\d`, `\W`, `\pL`, `\P{Greek}`; `null`: there is none here; `undefined`: an error. */
export function readClassEscape(cursor: Cursor, fold: boolean): CharSet | null | undefined {
  const { chars, at } = cursor;
  const letter = chars[at + 1];
  if (chars[at] !== '\\' || letter === undefined) return null;
  const folded = (set: CharSet) => (fold ? ignoringCase(set) : set);
  if (letter !== 'p' && letter !== 'P') {
    const perl = perlClass(letter);
    if (!perl) return null;
    cursor.at += 2;
    return perl.negative ? complement(folded(perl.set)) : folded(perl.set);
  }
  let name = chars[at + 2];
  if (name === undefined) return undefined;
  cursor.at += 3;
  if (name === '{') {
    const end = chars.indexOf('}', at);
    if (end < 0) return undefined;
    name = chars.slice(at + 3, end).join('');
    cursor.at = end + 1;
  }
  const negative = name.startsWith('^') !== (letter === 'P');
  const set = unicodeClass(name.replace(/^\^/, ''));
  return set && (negative ? complement(folded(set)) : folded(set));
}

/** Reads a class, the cursor on its `[`: ranges, `[:alpha:]`, escapes; a `]` right after the opening is a member. */
export function readClass(cursor: Cursor, fold: boolean): CharSet | undefined {
  const { chars } = cursor;
  const members: CharSet[] = [];
  cursor.at++;
  const negative = chars[cursor.at] === '^';
  if (negative) cursor.at++;
  for (let first = true; first || chars[cursor.at] !== ']'; first = false) {
    const posix = chars[cursor.at] === '[' && chars[cursor.at + 1] === ':' ? readPosixClass(cursor, fold) : null;
    const escape = posix ?? (posix === null ? readClassEscape(cursor, fold) : undefined);
    if (escape === undefined) return undefined;
    const member = escape ?? readRange(cursor, fold);
    if (!member) return undefined;
    members.push(member);
  }
  cursor.at++;
  return negative ? complement(union(members)) : union(members);
}

function readPosixClass(cursor: Cursor, fold: boolean): CharSet | null | undefined {
  const { chars, at } = cursor;
  let end = at + 2;
  while (end < chars.length && !(chars[end] === ':' && chars[end + 1] === ']')) end++;
  if (end >= chars.length) return null;
  const name = chars.slice(at + 2, end).join('');
  cursor.at = end + 2;
  const set = posixClass(name.replace(/^\^/, ''));
  if (!set) return undefined;
  const folded = fold ? ignoringCase(set) : set;
  return name.startsWith('^') ? complement(folded) : folded;
}

function readRange(cursor: Cursor, fold: boolean): CharSet | undefined {
  const { chars } = cursor;
  const low = readMember(cursor);
  if (low === undefined) return undefined;
  let high: number | undefined = low;
  if (chars[cursor.at] === '-' && chars[cursor.at + 1] !== undefined && chars[cursor.at + 1] !== ']') {
    cursor.at++;
    high = readMember(cursor);
    if (high === undefined || high < low) return undefined;
  }
  if (!fold) return rangeSet([[low, high]]);
  return low === high ? singleIgnoringCase(low) : ignoringCase(rangeSet([[low, high]]));
}

function readMember(cursor: Cursor): number | undefined {
  const char = cursor.chars[cursor.at];
  if (char === undefined) return undefined;
  if (char === '\\') return readEscape(cursor);
  cursor.at++;
  return codeOf(char);
}
