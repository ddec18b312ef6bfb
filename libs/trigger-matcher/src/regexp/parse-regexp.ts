import { anyCharacter, notNewline, single, singleIgnoringCase } from './char-set.js';
import type { Cursor } from './escapes.js';
import { readClass, readClassEscape, readEscape } from './escapes.js';
import type { Assertion, RegexpNode } from './regexp-node.js';

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotMatchesNewline: boolean;
}

interface Group {
  /** Those in force outside: they return at the closing parenthesis. */
  readonly outer: Flags;
  readonly branches: RegexpNode[];
  items: RegexpNode[];
  /** Of the deepest item; Go refuses trees of more than 1,000 levels. */
  height: number;
}

const maxHeight = 1000;
const defaults: Flags = { ignoreCase: false, multiline: false, dotMatchesNewline: false };
const assertionEscapes: Readonly<Record<string, Assertion>> = { A: 'begin-text', z: 'end-text', b: 'word-boundary', B: 'no-word-boundary' };

const sequenceOf = (items: readonly RegexpNode[]): RegexpNode => (items.length === 0 ? { kind: 'empty' } : items.length === 1 && items[0] ? items[0] : { kind: 'sequence', parts: items });
const choiceOf = (branches: readonly RegexpNode[]): RegexpNode => (branches.length === 1 && branches[0] ? branches[0] : { kind: 'choice', branches });
const open = (outer: Flags): Group => ({ outer, branches: [], items: [], height: 1 });

/**
 * Reads a regular expression as Go's regexp package does (RE2's syntax), for the texts that Gitea makes of patterns.
 *
 * `undefined`: Go does not compile it. Counted repetition (`a{2}`) is left out: no pattern can bring a bare brace into that text.
 */
export function parseRegexp(source: string): RegexpNode | undefined {
  const cursor: Cursor = { chars: Array.from(source), at: 0 };
  const stack: Group[] = [open(defaults)];
  let flags = defaults;
  let afterRepeat = false;

  for (let group = stack[0]; cursor.at < cursor.chars.length; ) {
    if (!group) return undefined;
    const char = cursor.chars[cursor.at] ?? '';
    const wasRepeat: boolean = afterRepeat;
    afterRepeat = false;

    if (char === '*' || char === '+' || char === '?') {
      const lazy: boolean = cursor.chars[cursor.at + 1] === '?';
      const last: RegexpNode | undefined = group.items.pop();
      if (wasRepeat || !last || ++group.height > maxHeight) return undefined;
      group.items.push({ kind: 'repeat', node: last, optional: char !== '+', many: char !== '?' });
      cursor.at += lazy ? 2 : 1;
      afterRepeat = true;
    } else if (char === '(') {
      const opened: OpenedGroup | undefined = cursor.chars[cursor.at + 1] === '?' ? readFlags(cursor, flags) : openPlain(cursor, flags);
      if (!opened) return undefined;
      if (opened.opens) stack.push((group = open(flags)));
      flags = opened.flags;
    } else if (char === ')') {
      stack.pop();
      const outside: Group | undefined = stack[stack.length - 1];
      if (!outside) return undefined;
      outside.items.push(choiceOf([...group.branches, sequenceOf(group.items)]));
      outside.height = Math.max(outside.height, heightOf(group) + 1);
      if (outside.height > maxHeight) return undefined;
      flags = group.outer;
      group = outside;
      cursor.at++;
    } else if (char === '|') {
      group.branches.push(sequenceOf(group.items));
      group.items = [];
      cursor.at++;
    } else {
      const atoms = readAtoms(cursor, flags);
      if (!atoms) return undefined;
      for (const atom of atoms) group.items.push(atom);
    }
  }

  const [whole, ...unclosed] = stack;
  return whole && unclosed.length === 0 && heightOf(whole) <= maxHeight ? choiceOf([...whole.branches, sequenceOf(whole.items)]) : undefined;
}

const heightOf = ({ height, items, branches }: Group) => height + (items.length > 1 || branches.length > 0 ? 1 : 0);

function literal(codePoint: number, flags: Flags): RegexpNode {
  return flags.ignoreCase ? { kind: 'char', set: singleIgnoringCase(codePoint) } : { kind: 'char', set: single(codePoint), literal: codePoint };
}

function readAtoms(cursor: Cursor, flags: Flags): RegexpNode[] | undefined {
  const char = cursor.chars[cursor.at] ?? '';
  if (char === '\\') return readEscaped(cursor, flags);
  if (char === '[') {
    const set = readClass(cursor, flags.ignoreCase);
    return set && [{ kind: 'char', set }];
  }
  cursor.at++;
  if (char === '^') return [{ kind: 'assert', assertion: flags.multiline ? 'begin-line' : 'begin-text' }];
  if (char === '$') return [{ kind: 'assert', assertion: flags.multiline ? 'end-line' : 'end-text' }];
  if (char === '.') return [{ kind: 'char', set: flags.dotMatchesNewline ? anyCharacter : notNewline }];
  return [literal(char.codePointAt(0) ?? 0, flags)];
}

function readEscaped(cursor: Cursor, flags: Flags): RegexpNode[] | undefined {
  const { chars } = cursor;
  const letter = chars[cursor.at + 1] ?? '';
  if (Object.hasOwn(assertionEscapes, letter)) {
    cursor.at += 2;
    return [{ kind: 'assert', assertion: assertionEscapes[letter] ?? 'begin-text' }];
  }
  if (letter === 'Q') {
    const quoted: RegexpNode[] = [];
    for (cursor.at += 2; cursor.at < chars.length; cursor.at++) {
      if (chars[cursor.at] === '\\' && chars[cursor.at + 1] === 'E') {
        cursor.at += 2;
        break;
      }
      quoted.push(literal(chars[cursor.at]?.codePointAt(0) ?? 0, flags));
    }
    return quoted;
  }
  const set = readClassEscape(cursor, flags.ignoreCase);
  if (set === undefined) return undefined;
  if (set) return [{ kind: 'char', set }];
  const codePoint = readEscape(cursor);
  return codePoint === undefined ? undefined : [literal(codePoint, flags)];
}

interface OpenedGroup {
  readonly flags: Flags;
  readonly opens: boolean;
}

function openPlain(cursor: Cursor, flags: Flags): OpenedGroup {
  cursor.at++;
  return { flags, opens: true };
}

/** Reads `(?flags)`, `(?flags:`, `(?P<name>` and `(?<name>`, the cursor on the parenthesis, and leaves it behind them. */
function readFlags(cursor: Cursor, flags: Flags): OpenedGroup | undefined {
  const { chars } = cursor;
  const nameAt = chars[cursor.at + 2] === 'P' && chars[cursor.at + 3] === '<' ? cursor.at + 4 : chars[cursor.at + 2] === '<' ? cursor.at + 3 : undefined;
  if (nameAt !== undefined) {
    const end = chars.indexOf('>', cursor.at);
    if (end < 0 || !/^[0-9A-Za-z_]+$/.test(chars.slice(nameAt, end).join(''))) return undefined;
    cursor.at = end + 1;
    return { flags, opens: true };
  }
  let next = flags;
  let on = true;
  let sawFlag = false;
  for (cursor.at += 2; cursor.at < chars.length; cursor.at++) {
    const char = chars[cursor.at];
    if (char === ':' || char === ')') {
      if (!on && !sawFlag) return undefined;
      cursor.at++;
      return { flags: next, opens: char === ':' };
    }
    if (char === '-') {
      if (!on) return undefined;
      on = false;
      sawFlag = false;
      continue;
    }
    if (char === 'i') next = { ...next, ignoreCase: on };
    else if (char === 'm') next = { ...next, multiline: on };
    else if (char === 's') next = { ...next, dotMatchesNewline: on };
    else if (char !== 'U') return undefined;
    sawFlag = true;
  }
  return undefined;
}
