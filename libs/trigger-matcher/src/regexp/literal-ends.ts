import { notNewline, notSlash } from './char-set.js';
import type { RegexpNode } from './regexp-node.js';

/** What can be said of matching texts by comparing, without an automaton. */
export interface LiteralEnds {
  readonly prefix: string;
  readonly suffix: string;
  /** A text that stands somewhere between the two. */
  readonly inner: string;
  /** Whether what lies between the ends matches; absent: that takes an automaton. */
  readonly between?: Between;
}

type Between = (text: string, from: number, to: number, oneLine: boolean) => boolean;

/** `oneLine`: the caller knows that the text has no line end; looking for one costs more than all the rest. */
export type TextTest = (text: string, oneLine?: boolean) => boolean;

const holdsChar = (text: string, char: string, from: number, to: number) => {
  const at = text.indexOf(char, from);
  return at >= 0 && at < to;
};
/** With a line end between: the wildcards that stop at it must end before it, so the last slash must not come after. */
const lineEndAfterSlash = (text: string, from: number, to: number) => text.indexOf('\n', from) > text.lastIndexOf('/', to - 1);

const slash = 0x2f;

/** By what stands between the ends: `name` is `[^/]*`, `any` is `.*`, `folders` is `(.+/)?`. Most patterns that people write are no more than that. */
const betweens: Readonly<Record<string, Between>> = {
  '': (_, from, to) => from === to,
  any: (text, from, to, oneLine) => oneLine || !holdsChar(text, '\n', from, to),
  name: (text, from, to) => !holdsChar(text, '/', from, to),
  folders: (text, from, to, oneLine) => from === to || (to - from > 1 && text.charCodeAt(to - 1) === slash && (oneLine || !holdsChar(text, '\n', from, to))),
  'folders name': (text, from, to, oneLine) =>
    (from === to || text.charCodeAt(from) !== slash || holdsChar(text, '/', from + 1, to)) && (oneLine || !holdsChar(text, '\n', from, to) || lineEndAfterSlash(text, from, to)),
  'any name': (text, from, to, oneLine) => oneLine || !holdsChar(text, '\n', from, to) || lineEndAfterSlash(text, from, to),
};

function tokenOf(node: RegexpNode): string {
  if (node.kind !== 'repeat' || !node.optional) return 'other';
  const { node: inner, many } = node;
  if (many) return inner.kind !== 'char' ? 'other' : inner.set.key === notNewline.key ? 'any' : inner.set.key === notSlash.key ? 'name' : 'other';
  if (inner.kind !== 'sequence' || inner.parts.length !== 2) return 'other';
  const [some, slash] = inner.parts;
  const isSome = some?.kind === 'repeat' && !some.optional && some.many && some.node.kind === 'char' && some.node.set.key === notNewline.key;
  return isSome && slash?.kind === 'char' && slash.literal === 0x2f ? 'folders' : 'other';
}

/** Reads off the fixed text of an expression that is anchored on both sides. */
export function literalEnds(root: RegexpNode): LiteralEnds | undefined {
  const parts = root.kind === 'sequence' ? root.parts : [];
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (first?.kind !== 'assert' || first.assertion !== 'begin-text' || last?.kind !== 'assert' || last.assertion !== 'end-text') return undefined;
  const tokens: string[] = [];
  const runs: string[] = [''];
  for (const part of parts.slice(1, -1)) {
    if (part.kind === 'char' && part.literal !== undefined) runs[runs.length - 1] += String.fromCodePoint(part.literal);
    else {
      tokens.push(tokenOf(part));
      runs.push('');
    }
  }
  const [prefix = '', suffix = ''] = [runs[0], tokens.length > 0 ? runs[runs.length - 1] : ''];
  const inside = runs.slice(1, -1);
  const inner = inside.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
  const between = inner === '' ? betweens[tokens.join(' ')] : undefined;
  return { prefix, suffix, inner, ...(between ? { between } : {}) };
}

/** The test by the ends alone where they decide, else a guard before the automaton, which is made when it is first needed. */
export function withLiteralEnds(ends: LiteralEnds | undefined, automaton: () => (text: string) => boolean): TextTest {
  let made: ((text: string) => boolean) | undefined;
  const ask = (text: string) => (made ??= automaton())(text);
  if (!ends) return ask;
  const { prefix, suffix, inner, between } = ends;
  const fixed = prefix.length + suffix.length;
  return (text, oneLine = false) => {
    if (text.length < fixed || !standsAt(text, suffix, text.length - suffix.length) || !standsAt(text, prefix, 0)) return false;
    if (between) return between(text, prefix.length, text.length - suffix.length, oneLine);
    return (inner === '' || text.includes(inner)) && ask(text);
  };
}

/** `startsWith` and `endsWith`, many times as fast where most texts differ in the character that is looked at first: the last one. */
function standsAt(text: string, part: string, from: number): boolean {
  for (let at = part.length - 1; at >= 0; at--) if (text.charCodeAt(from + at) !== part.charCodeAt(at)) return false;
  return true;
}
