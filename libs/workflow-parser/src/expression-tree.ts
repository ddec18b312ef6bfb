import { tokensOf } from './expression-tokens.js';
import type { Token, TokenKind } from './expression-tokens.js';
import { GiteaError, NotKnownHere } from './gitea-failure.js';

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

export type Expression =
  | { readonly kind: 'literal'; readonly value: null | boolean | string | number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'property'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  | { readonly kind: 'each'; readonly of: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'compare'; readonly by: Comparison; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'logic'; readonly by: '&&' | '||'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

const comparisons = new Set<TokenKind>(['<', '<=', '>', '>=', '==', '!=']);

/** Far beyond what anybody writes, and far below what the stack holds. */
const deepest = 200;

/** Reads an expression (without its braces) into a tree. Operators of one rank bind to the right: `a && b && c` is `a && (b && c)`. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(`${text}}}`);
  let current: Token = tokens.next().value;
  let depth = 0;

  const at = (kind: TokenKind): boolean => current.kind === kind;
  const next = (): Token => {
    const taken = current;
    // Nothing is read behind the end, so that nothing there can be wrong.
    if (taken.kind !== 'end') current = tokens.next().value;
    return taken;
  };
  const expect = (kind: TokenKind, where: string): Token => {
    if (current.kind !== kind) throw new GiteaError(`expected "${kind}" ${where}, found "${current.text}"`);
    return next();
  };

  const chain = (by: '&&' | '||', operand: () => Expression): Expression => {
    const operands = [operand()];
    while (current.kind === by) {
      next();
      operands.push(operand());
    }
    return operands.reduceRight((right, left) => ({ kind: 'logic', by, left, right }));
  };
  const or = (): Expression => {
    if (++depth > deepest) throw new NotKnownHere(`the expression is nested more than ${deepest} deep`);
    const read = chain('||', and);
    depth--;
    return read;
  };
  const and = (): Expression => chain('&&', compare);
  const compare = (): Expression => {
    const operands = [prefix()];
    const operators: Comparison[] = [];
    while (comparisons.has(current.kind)) {
      operators.push(next().kind as Comparison);
      operands.push(prefix());
    }
    return operands.reduceRight((right, left, index) => ({ kind: 'compare', by: operators[index] as Comparison, left, right }));
  };
  const prefix = (): Expression => {
    let nots = 0;
    while (current.kind === '!') {
      next();
      nots++;
    }
    let read = postfix();
    for (; nots > 0; nots--) read = { kind: 'not', of: read };
    return read;
  };
  const postfix = (): Expression => {
    let read = primary();
    for (;;) {
      if (at('.')) {
        next();
        if (at('*')) {
          next();
          read = { kind: 'each', of: read };
        } else read = { kind: 'property', of: read, name: expect('identifier', 'after "."').text.toLowerCase() };
      } else if (at('[')) {
        next();
        read = { kind: 'index', of: read, index: or() };
        expect(']', 'after an index');
      } else return read;
    }
  };
  const primary = (): Expression => {
    const token = current;
    if (token.kind === '(') {
      next();
      const read = or();
      expect(')', 'after a nested expression');
      return read;
    }
    if (token.kind === 'identifier') return identifier();
    if (token.kind !== 'int' && token.kind !== 'float' && token.kind !== 'string') throw new GiteaError(`expected a value, found "${token.text}"`);
    const literal = literalOf(token);
    next();
    return literal;
  };
  const identifier = (): Expression => {
    const { text: name } = next();
    if (!at('(')) return name === 'null' ? { kind: 'literal', value: null } : name === 'true' || name === 'false' ? { kind: 'literal', value: name === 'true' } : { kind: 'variable', name: name.toLowerCase() };
    next();
    const args: Expression[] = [];
    if (!at(')')) {
      args.push(or());
      while (at(',')) {
        next();
        args.push(or());
      }
    }
    expect(')', `after the arguments of ${name}`);
    return { kind: 'call', name: name.toLowerCase(), args };
  };

  const root = or();
  if (current.kind !== 'end') throw new GiteaError(`expected the end of the expression, found "${current.text}"`);
  return root;
}

function literalOf({ kind, text }: Token): Expression {
  if (kind === 'string') return { kind: 'literal', value: text.slice(1, -1).replaceAll("''", "'") };
  const value = text.startsWith('-0x') ? -Number(text.slice(1)) : Number(text);
  if (kind === 'int' ? value > 2_147_483_647 || value < -2_147_483_648 : !Number.isFinite(value)) throw new GiteaError(`the number ${text} is out of range`);
  return kind === 'int' ? { kind: 'literal', value: value === 0 ? 0 : value } : { kind: 'float', value };
}
