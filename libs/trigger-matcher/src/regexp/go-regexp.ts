import { linearMatcher } from './linear-matcher.js';
import type { TextTest } from './literal-ends.js';
import { literalEnds, withLiteralEnds } from './literal-ends.js';
import { parseRegexp } from './parse-regexp.js';
import { compileProgram } from './program.js';

/**
 * Compiles a regular expression in Go's syntax to a test that needs time linear in expression × text.
 *
 * `undefined`: Go's `regexp.Compile` refuses it.
 */
export function compileRegexp(source: string): TextTest | undefined {
  const root = parseRegexp(source);
  return root && withLiteralEnds(literalEnds(root), () => linearMatcher(compileProgram(root)));
}
