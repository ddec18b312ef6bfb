const metacharacters = /[\\.+*?()|[\]{}^$]/;
const quote = (char: string) => (metacharacters.test(char) ? `\\${char}` : char);
const within = (low: string, high: string, char: string) => char >= low && char <= high;
const isClassChar = (char: string) => within('A', 'z', char) || within('0', '9', char);

/**
 * Translates a pattern of `branches`, `tags` or `paths` as Gitea does up to 1.26, without its leading `!`, to a regular expression.
 *
 * `undefined`: Gitea refuses the pattern. Source: nektos/act, pkg/workflowpattern (Gitea's fork v0.261.10).
 */
export function bracketPatternSource(pattern: string): string | undefined {
  let source = '^';
  let at = 0;
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === '*') {
      const deep = pattern[at + 1] === '*';
      const folders = deep && pattern[at + 2] === '/';
      source += folders ? '(.+/)?' : deep ? '.*' : '[^/]*';
      at += folders ? 3 : deep ? 2 : 1;
    } else if (char === '+' || char === '?') {
      source += at > 0 ? char : quote(char);
      at++;
    } else if (char === '[') {
      const end = endOfClass(pattern, at + 1);
      if (end === undefined) return undefined;
      source += classSource(pattern, at + 1, end);
      at = end + 1;
    } else if (char === '\\') {
      const escaped = pattern[at + 1];
      if (escaped === undefined) return undefined;
      source += quote(escaped);
      at += 2;
    } else {
      source += quote(char);
      at++;
    }
  }
  return `${source}$`;
}

/** The place of the `]` that ends a class; a range takes its end before `]` is looked for, so `[A-]]` goes on after it. */
function endOfClass(pattern: string, start: number): number | undefined {
  if (pattern[start] === ']') return undefined;
  let at = start;
  while (at < pattern.length && pattern[at] !== ']') {
    const char = pattern.charAt(at);
    if (char !== '-') {
      if (!isClassChar(char)) return undefined;
      at++;
      continue;
    }
    const [low, high] = [pattern[at - 1] ?? '', pattern[at + 1]];
    const fits = (from: string, to: string) => high !== undefined && within(from, to, low) && within(from, to, high) && low <= high;
    if (at <= start || !(fits('A', 'z') || fits('0', '9'))) return undefined;
    at += 2;
  }
  return at < pattern.length ? at : undefined;
}

function classSource(pattern: string, start: number, end: number): string {
  let source = '[';
  for (let at = start; at < end; at++) {
    if (pattern[at] === '-') {
      source += pattern.slice(at, at + 2);
      at++;
    } else source += quote(pattern.charAt(at));
  }
  return `${source}]`;
}
