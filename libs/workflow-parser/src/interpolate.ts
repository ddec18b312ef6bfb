import { evaluate } from './expression.js';
import type { Scope } from './expression.js';
import type { ExpressionValue } from './expression-value.js';
import { GiteaError, GiteaPanic } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { readingRules } from './reading-rules.js';

/** Gitea evaluates a text only where both marks stand somewhere in it, in whatever order. */
export const hasExpression = (text: string): boolean => text.includes('${{') && text.includes('}}');

/** Puts values into a text. An expression that fails makes the **whole** text empty. */
export function interpolate(text: string, scope: Scope, gitea: GiteaVersion): string {
  if (!hasExpression(text)) return text;
  try {
    const value = evaluate(asOneExpression(text, gitea), scope);
    if (typeof value !== 'string') throw new GiteaPanic(`"${text}" does not evaluate to a text`);
    return value;
  } catch (error) {
    if (error instanceof GiteaError) return '';
    throw error;
  }
}

/** The value of a text with expressions: of `${{ x }}` alone it is x itself, else a text. */
export function evaluateText(text: string, scope: Scope, gitea: GiteaVersion): ExpressionValue {
  return evaluate(oneExpression(text, gitea), scope);
}

/** A text as one expression: one without marks, or with nothing around them, is it already. */
export function oneExpression(text: string, gitea: GiteaVersion): string {
  if (!hasExpression(text)) return text;
  const { form, parts } = split(text, gitea);
  return parts.length === 1 && form === '{0}' ? text : asOneExpression(text, gitea);
}

/** Rewrites `a ${{ x }} b` to `format('a {0} b', x)`: what stands between the marks is pasted as it is, commas and all. */
function asOneExpression(text: string, gitea: GiteaVersion): string {
  const { form, parts } = split(text, gitea);
  return `format('${form.replaceAll("'", "''")}', ${parts.join(', ')})`;
}

const escapeBraces = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');

function split(text: string, gitea: GiteaVersion): { form: string; parts: readonly string[] } {
  const parts: string[] = [];
  let form = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('${{', at);
    form += escapeBraces(text.slice(at, open < 0 ? undefined : open));
    if (open < 0) return { form, parts };
    const close = endOf(text, open + 3, gitea);
    if (close === undefined) return { form, parts };
    form += `{${parts.length}}`;
    parts.push(text.slice(open + 3, close).trim());
    at = close + 2;
  }
}

/** The `}}` that closes an expression: the first one outside a text in single quotes. Undefined: the text ends right here, which passes. */
function endOf(text: string, from: number, gitea: GiteaVersion): number | undefined {
  let at = from;
  for (;;) {
    if (at >= text.length) return undefined;
    const close = text.indexOf('}}', at);
    const quote = text.indexOf("'", at);
    if (close >= 0 && (quote < 0 || close < quote)) return close;
    if (quote < 0) throw new GiteaPanic('an expression is not closed: "${{" has no "}}" behind it');
    const string = /(?:''|[^'])*'/y;
    string.lastIndex = quote + 1;
    if (!string.test(text)) {
      const reason = 'a text in an expression has no closing quote';
      throw readingRules[gitea].onOpenQuote === 'panic' ? new GiteaPanic(reason) : new GiteaError(reason);
    }
    at = string.lastIndex;
  }
}
