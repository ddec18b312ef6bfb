import type { Comparison } from './expression-tree.js';
import { goKind, isUnset, numberOf, textOf } from './expression-value.js';
import type { ExpressionValue } from './expression-value.js';
import { GiteaError } from './gitea-failure.js';
import { compareBytes } from './go-print.js';
import { isList } from './go-value.js';
import type { GoValue } from './go-value.js';

/** Evaluates a text as an expression: that is how Gitea makes a number of it. Undefined: it failed. */
export type Coerce = (text: string) => ExpressionValue | undefined;

/** Texts ignore case. Different kinds are compared as numbers, where null and `''` are 0 and what is no number is equal to nothing. */
export function compareValues(left: ExpressionValue, right: ExpressionValue, by: Comparison, coerce: Coerce): boolean {
  let [a, b] = [left, right];
  if (goKind(a) !== goKind(b)) {
    if (!isNumber(a)) a = toNumber(a, coerce);
    if (!isNumber(b)) b = toNumber(b, coerce);
  }
  switch (goKind(a)) {
    case 'bool':
      return holds(Number(a) - Number(b), by);
    case 'string':
      return holds(compareBytes(String(a).toLowerCase(), String(b).toLowerCase()), by);
    case 'int':
    case 'float':
      return holds(difference(numberOf(a), numberOf(b)), by);
    case 'invalid':
      // Two nulls: true whatever is asked, `!=` too.
      return true;
    default:
      throw new GiteaError(`values of the kind ${goKind(a)} cannot be compared`);
  }
}

const isNumber = (value: ExpressionValue): boolean => goKind(value) === 'int' || goKind(value) === 'float';

function difference(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : a > b ? 1 : NaN;
}

function holds(order: number, by: Comparison): boolean {
  switch (by) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '==':
      return order === 0;
    default:
      return order !== 0;
  }
}

function toNumber(value: ExpressionValue, coerce: Coerce): ExpressionValue {
  if (value === null || value === '') return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const evaluated = typeof value === 'string' ? coerce(value) : undefined;
  return evaluated !== undefined && isNumber(evaluated) ? evaluated : { kind: 'float', value: NaN };
}

/** In a text: a part of it, whatever the case. In a list: an entry that is equal. In anything else: never. */
export function containsValue(search: ExpressionValue, item: ExpressionValue, coerce: Coerce): boolean {
  if (isList(search as GoValue)) return (search as readonly GoValue[]).some((entry) => compareValues(entry, item, '==', coerce));
  const kind = goKind(search);
  if (isUnset(search) || kind === 'map' || kind === 'struct' || kind === 'pointer' || kind === 'uint') return false;
  return textOf(search).toLowerCase().includes(textOf(item).toLowerCase());
}
