import { GiteaError } from './gitea-failure.js';

export type TokenKind = 'identifier' | 'int' | 'float' | 'string' | 'end' | '(' | ')' | '[' | ']' | '.' | '*' | ',' | '!' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** In the order in which they are tried. Numbers follow JSON, plus `0x`; texts are in single quotes, a doubled one stands for one. */
const forms: readonly (readonly [TokenKind, RegExp])[] = [
  ['identifier', /[A-Za-z_][A-Za-z0-9_-]*/y],
  ['int', /-?0x(?:0|[1-9a-fA-F][0-9a-fA-F]*)(?![0-9A-Za-z])/y],
  ['float', /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE]-?(?:0|[1-9][0-9]*))?|[eE]-?(?:0|[1-9][0-9]*))(?![0-9A-Za-z])/y],
  // A dot or an exponent that does not go on is an error, not the end of the number.
  ['int', /-?(?:0|[1-9][0-9]*)(?![0-9A-Za-z.])/y],
  ['string', /'(?:[^']|'')*'/y],
  ['end', /\}\}/y],
  ['&&', /&&/y],
  ['||', /\|\|/y],
  ['==', /==/y],
  ['!=', /!=/y],
  ['<=', /<=/y],
  ['>=', />=/y],
];
const single = new Set<string>(['(', ')', '[', ']', '.', '*', ',', '!', '<', '>']);

/** Splits an expression into tokens, up to the first `}}` that stands outside a text; what follows it is not looked at. */
export function* tokensOf(expression: string): Generator<Token, never> {
  let at = 0;
  for (;;) {
    while (at < expression.length && ' \n\r\t'.includes(expression[at] as string)) at++;
    const token = tokenAt(expression, at);
    if (!token) throw new GiteaError(at >= expression.length ? 'the expression ends too early' : `"${expression.slice(at, at + 20)}" is not understood in an expression`);
    at += token.text.length;
    yield token;
  }
}

function tokenAt(expression: string, at: number): Token | undefined {
  for (const [kind, form] of forms) {
    form.lastIndex = at;
    const text = form.exec(expression)?.[0];
    if (text !== undefined) return { kind, text };
  }
  const text = expression[at];
  return text !== undefined && single.has(text) ? { kind: text as TokenKind, text } : undefined;
}
