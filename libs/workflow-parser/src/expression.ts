import { compareValues } from './expression-compare.js';
import type { Coerce } from './expression-compare.js';
import { callFunction } from './expression-functions.js';
import type { StatusFunctions } from './expression-functions.js';
import { parseExpression } from './expression-tree.js';
import type { Expression } from './expression-tree.js';
import { goKind, isContainer, isNil, isRecord, isTruthy, isUnset, numberOf } from './expression-value.js';
import type { ExpressionValue } from './expression-value.js';
import { GiteaError, GiteaPanic, NotKnownHere } from './gitea-failure.js';
import { isFloat, isList, isMapping, isTime } from './go-value.js';
import type { GoValue } from './go-value.js';

/** The names an expression may begin with, in small letters. A function is asked when the name is used: it may throw that it is not known. */
export type Contexts = Readonly<Record<string, ExpressionValue | (() => ExpressionValue)>>;

export interface Scope extends StatusFunctions {
  readonly contexts: Contexts;
}

/** Go's stack would hold more, and no text is meant to mention itself. */
const mostTextsWithinTexts = 50;
const deepest = 500;

/**
 * Evaluates one expression, without its braces. Throws GiteaError or GiteaPanic where Gitea's evaluation ends so, NotKnownHere where
 * it would not and the answer depends on what is not known here.
 */
export function evaluate(text: string, scope: Scope, depth = 0): ExpressionValue {
  if (depth > mostTextsWithinTexts) throw new NotKnownHere('a text that is compared as a number mentions itself');
  const coerce: Coerce = (inner) => {
    try {
      return evaluate(inner, scope, depth + 1);
    } catch (error) {
      if (error instanceof GiteaError) return undefined;
      throw error;
    }
  };
  return valueOf(parseExpression(text.startsWith('${{') ? text.slice(3) : text), scope, coerce, 0);
}

function valueOf(tree: Expression, scope: Scope, coerce: Coerce, depth: number): ExpressionValue {
  if (depth > deepest) throw new NotKnownHere(`an expression has more than ${deepest} operators within each other`);
  const inner = (part: Expression): ExpressionValue => valueOf(part, scope, coerce, depth + 1);
  switch (tree.kind) {
    case 'literal':
      return tree.value;
    case 'float':
      return { kind: 'float', value: tree.value };
    case 'variable':
      return contextOf(tree.name, scope);
    case 'property':
      return propertyOf(inner(tree.of), tree.name);
    case 'index':
      return entryOf(inner(tree.of), inner(tree.index));
    case 'each':
      return withoutFloatZero(inner(tree.of));
    case 'not':
      return !isTruthy(inner(tree.of));
    case 'compare':
      return compareValues(inner(tree.left), inner(tree.right), tree.by, coerce);
    case 'logic': {
      const left = inner(tree.left);
      return withoutFloatZero(isTruthy(left) === (tree.by === '||') ? left : inner(tree.right));
    }
    case 'call':
      return callFunction(tree.name, tree.args.map(inner), scope, coerce);
  }
}

const withoutFloatZero = (value: ExpressionValue): ExpressionValue => (isFloat(value as GoValue) && numberOf(value) === 0 ? 0 : value);

function contextOf(name: string, { contexts }: Scope): ExpressionValue {
  if (name === 'infinity') return { kind: 'float', value: Infinity };
  if (name === 'nan') return { kind: 'float', value: NaN };
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found === undefined) throw new GiteaError(`there is no context "${name}" here`);
  return typeof found === 'function' ? found() : found;
}

function entryOf(container: ExpressionValue, index: ExpressionValue): ExpressionValue {
  if (typeof index === 'string') return propertyOf(container, index);
  if (goKind(index) === 'int' && isList(container as GoValue)) return (container as readonly GoValue[])[Number(index)] ?? null;
  return null;
}

/** Of a map: the value, whatever the key's case. Of a list: that property of every entry. Of anything else: null. */
function propertyOf(container: ExpressionValue, name: string): ExpressionValue {
  if (isRecord(container)) return fieldOf(container.fields, name);
  if (isContainer(container)) {
    if (isMapping(container as GoValue) && 'general' in container && container.general && container.entries.size > 0) throw new GiteaError(`"${name}" is asked of a map whose keys are no texts`);
    const exact = container.entries.get(name);
    if (exact !== undefined) return exact;
    const folded = name.toLowerCase();
    for (const [key, value] of container.entries) if (key.toLowerCase() === folded) return value;
    return null;
  }
  if (isList(container as GoValue)) {
    const list = container as readonly GoValue[];
    return list.length === 0 ? { kind: 'unset', of: 'list' } : list.map((entry) => propertyOf(entry, name) as GoValue);
  }
  if (isUnset(container)) return container.of === 'list' ? container : null;
  if (isNil(container)) return null;
  if (isTime(container as GoValue)) {
    if (/^(?:wall|ext|loc)$/i.test(name)) throw new GiteaPanic(`"${name}" of a time is not to be read`);
    return '';
  }
  return null;
}

function fieldOf(fields: ReadonlyMap<string, ExpressionValue>, name: string): ExpressionValue {
  const exact = fields.get(name);
  if (exact !== undefined) return exact;
  const folded = name.toLowerCase();
  for (const [key, value] of fields) if (key.replaceAll('_', '') === folded) return value;
  return '';
}
