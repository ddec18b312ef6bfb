/**
 * The glob that Gitea reads `types` with, and since 1.27, with other rules for `?`, `+` and double stars, the filters too.
 * Source: Gitea, modules/glob/glob.go.
 */
export interface GlobRules {
  /** `?` and `+` are the quantifiers of a regular expression, at the start too; else `?` is one character and `+` itself. */
  readonly quantifiers: boolean;
  /** Double stars at the start or after a slash swallow the slash behind them, so that they match `docs`, and `xdocs` too, before `/docs`. */
  readonly starsTakeSlash: boolean;
  /** A brace that is never closed counts as not written; else it is an error. */
  readonly openBraceVanishes: boolean;
}

const escaped = new Set(['.', '^', '$', '(', ')', '|']);

/**
 * Translates a glob, read from the place `start`, to a regular expression. The text before counts as what stands before.
 *
 * `undefined`: Gitea refuses it here; a bad class, escape or brace shows only when the answer is compiled.
 */
export function globSource(pattern: string, rules: GlobRules, start = 0): string | undefined {
  const chars = Array.from(pattern);
  const pieces: string[] = ['^'];
  /** Where each open brace wrote its parenthesis. */
  const open: number[] = [];
  for (let at = start; at < chars.length; ) {
    const char = chars[at++] ?? '';
    if (char === '}' && open.length > 0) {
      open.pop();
      pieces.push(')');
    } else if (char === '*' && chars[at] === '*') {
      const takesSlash = rules.starsTakeSlash && chars[at + 1] === '/' && (at < 2 || chars[at - 2] === '/');
      at += takesSlash ? 2 : 1;
      pieces.push('.*');
    } else if (char === '*') pieces.push('[^/]*');
    else if (char === '?') pieces.push(rules.quantifiers ? '?' : '[^/]');
    else if (char === '+') pieces.push(rules.quantifiers ? '+' : '\\+');
    else if (char === '[') {
      const end = copyClass(chars, at, pieces);
      if (end === undefined) return undefined;
      at = end;
    } else if (char === '{') open.push(pieces.push('(') - 1);
    else if (char === ',') pieces.push(open.length > 0 ? '|' : ',');
    else if (char === '\\') {
      const next = chars[at++];
      if (next === undefined) return undefined;
      pieces.push('\\', next);
    } else pieces.push(escaped.has(char) ? `\\${char}` : char);
  }
  if (rules.openBraceVanishes) for (const place of open) pieces[place] = '';
  return `${pieces.join('')}$`;
}

/** Copies a class as it stands, `!` at its start as negation; answers the place behind it. */
function copyClass(chars: readonly string[], start: number, pieces: string[]): number | undefined {
  pieces.push('[');
  let at = start;
  if (chars[at] === '!') {
    at++;
    pieces.push('^');
  }
  while (at < chars.length) {
    const char = chars[at++] ?? '';
    pieces.push(char);
    if (char === ']') return at;
    if (char !== '\\') continue;
    const next = chars[at++];
    if (next === undefined) return undefined;
    pieces.push(next);
  }
  return undefined;
}
