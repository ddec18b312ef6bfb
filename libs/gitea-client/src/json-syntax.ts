/** Where JSON text stops being JSON: offset in UTF-16 units, line and column from 1. */
export interface SyntaxPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the first place at which a text is not JSON.
 *
 * `JSON.parse` names a position in some versions of Node, quotes the text in others, and never both:
 * a refusal must say where, and must not repeat what somebody sent.
 */
export function findSyntaxError(text: string): SyntaxPosition | undefined {
  const offset = scan(text);
  if (offset === undefined) return undefined;
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { offset, line: before.split('\n').length, column: offset - lastBreak };
}

const whitespace = /[ \t\n\r]*/y;
const literal = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
// Stops in front of whatever a string may not hold: a control character, a broken escape, the end of the text.
const stringContent = /(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

type State = 'value' | 'first-value' | 'key' | 'first-key' | 'after-value';

/** Iterative: a body may nest two million deep. */
function scan(text: string): number | undefined {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  let at = 0;
  for (;;) {
    at = skip(whitespace, text, at);
    const character = text[at];
    const inside = open.at(-1);
    if (state === 'after-value') {
      if (inside === undefined) return at === text.length ? undefined : at;
      if (character === ',') state = inside === '{' ? 'key' : 'value';
      else if (character === (inside === '{' ? '}' : ']')) open.pop();
      else return at;
      at += 1;
    } else if (state === 'first-key' && character === '}') {
      open.pop();
      state = 'after-value';
      at += 1;
    } else if (state === 'key' || state === 'first-key') {
      const end = skipString(text, at);
      if (end.broken) return end.at;
      at = skip(whitespace, text, end.at);
      if (text[at] !== ':') return at;
      at += 1;
      state = 'value';
    } else if (state === 'first-value' && character === ']') {
      open.pop();
      state = 'after-value';
      at += 1;
    } else if (character === '{' || character === '[') {
      open.push(character);
      state = character === '{' ? 'first-key' : 'first-value';
      at += 1;
    } else {
      const end = character === '"' ? skipString(text, at) : skipLiteral(text, at);
      if (end.broken) return end.at;
      at = end.at;
      state = 'after-value';
    }
  }
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function skipString(text: string, at: number): { at: number; broken: boolean } {
  if (text[at] !== '"') return { at, broken: true };
  const end = skip(stringContent, text, at + 1);
  return text[end] === '"' ? { at: end + 1, broken: false } : { at: end, broken: true };
}

function skipLiteral(text: string, at: number): { at: number; broken: boolean } {
  const end = skip(literal, text, at);
  return { at: end, broken: end === at };
}
