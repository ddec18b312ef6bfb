import { notNewline, notSlash } from './char-set.js';
import type { RegexpNode } from './regexp-node.js';

/** What can be said of matching texts by comparing, without an automaton. */
export interface LiteralEnds {
  readonly prefix: string;
  readonly suffix: string;
  /** Between the two ends: nothing, or any characters but this one; absent: more than that, ask the automaton. */
  readonly between?: { readonly except: '\n' | '/' | null };
}

/** Reads off the fixed text at the ends of an expression that is anchored on both sides; most patterns are no more than that. */
export function literalEnds(root: RegexpNode): LiteralEnds | undefined {
  const parts = root.kind === 'sequence' ? root.parts : [];
  const [first, last] = [parts[0], parts[parts.length - 1]];
  if (first?.kind !== 'assert' || first.assertion !== 'begin-text' || last?.kind !== 'assert' || last.assertion !== 'end-text') return undefined;
  const inner = parts.slice(1, -1);
  const literalAt = (index: number) => {
    const part = inner[index];
    return part?.kind === 'char' ? part.literal : undefined;
  };
  let from = 0;
  let prefix = '';
  for (let code = literalAt(from); code !== undefined; code = literalAt(++from)) prefix += String.fromCodePoint(code);
  if (from === inner.length) return { prefix, suffix: '', between: { except: null } };
  let to = inner.length;
  const suffix: string[] = [];
  for (let code = literalAt(to - 1); code !== undefined && to > from; code = literalAt(--to - 1)) suffix.unshift(String.fromCodePoint(code));
  const ends = { prefix, suffix: suffix.join('') };
  const middle = to - from === 1 ? inner[from] : undefined;
  if (middle?.kind !== 'repeat' || !middle.optional || !middle.many || middle.node.kind !== 'char') return ends;
  if (middle.node.set.key === notNewline.key) return { ...ends, between: { except: '\n' } };
  return middle.node.set.key === notSlash.key ? { ...ends, between: { except: '/' } } : ends;
}

/** The test by ends alone where it decides, else a guard before `automaton`. */
export function withLiteralEnds(ends: LiteralEnds | undefined, automaton: () => (text: string) => boolean): (text: string) => boolean {
  if (!ends) return automaton();
  const { prefix, suffix, between } = ends;
  if (between?.except === null) return (text) => text === prefix;
  const fits = (text: string) => text.length >= prefix.length + suffix.length && text.startsWith(prefix) && text.endsWith(suffix);
  if (between) {
    return (text) => {
      if (!fits(text)) return false;
      const at = text.indexOf(between.except ?? '\n', prefix.length);
      return at < 0 || at >= text.length - suffix.length;
    };
  }
  const test = automaton();
  return prefix === '' && suffix === '' ? test : (text) => fits(text) && test(text);
}
