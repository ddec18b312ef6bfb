import { decode } from './go-decode.js';
import type { Scope } from './expression.js';
import type { ExpressionValue } from './expression-value.js';
import { isRecord, isRecords, isUnset } from './expression-value.js';
import { GiteaError, NotKnownHere } from './gitea-failure.js';
import { newestGitea } from './gitea-version.js';
import type { GiteaVersion } from './gitea-version.js';
import { isList, mapOf } from './go-value.js';
import type { GoValue } from './go-value.js';
import { evaluateText, hasExpression } from './interpolate.js';
import type { YamlNode } from './yaml-node.js';

/** A node with its expressions replaced; `text`: still as written, so that only its later use decides its type. */
export type EvaluatedNode =
  | { readonly kind: 'text'; readonly node: YamlNode }
  | { readonly kind: 'value'; readonly value: GoValue }
  | { readonly kind: 'list'; readonly items: readonly EvaluatedNode[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [EvaluatedNode, EvaluatedNode])[] };

/** Evaluates every text in a node that holds an expression; one that fails makes all of it fail. A list that an expression yields in a list is laid open. */
export function evaluateNode(node: YamlNode, scope: Scope, gitea: GiteaVersion, depth = 0): EvaluatedNode {
  if (depth > 1000) throw new NotKnownHere('this is nested more than 1000 levels deep');
  if (node.kind === 'alias') return { kind: 'text', node };
  if (node.kind === 'seq') {
    return {
      kind: 'list',
      items: node.items.flatMap((item) => {
        const evaluated = evaluateNode(item, scope, gitea, depth + 1);
        return evaluated.kind === 'value' && isList(evaluated.value) ? evaluated.value.map((value) => ({ kind: 'value', value }) as const) : [evaluated];
      }),
    };
  }
  if (node.kind === 'map') {
    const pairs: (readonly [EvaluatedNode, EvaluatedNode])[] = [];
    for (let i = 0; i < node.items.length; i += 2) {
      const value = evaluateNode(node.items[i + 1] as YamlNode, scope, gitea, depth + 1);
      pairs.push([evaluateNode(node.items[i] as YamlNode, scope, gitea, depth + 1), value]);
    }
    return { kind: 'map', pairs };
  }
  const text = decode(node, 'string', gitea, (_, __, message) => {
    throw new GiteaError(message);
  });
  if (typeof text !== 'string' || !hasExpression(text)) return { kind: 'text', node };
  return { kind: 'value', value: storable(evaluateText(text, scope, gitea)) };
}

/** What a value becomes when it is written as YAML and read again. */
export function storable(value: ExpressionValue): GoValue {
  if (isUnset(value)) return value.of === 'map' ? mapOf([]) : [];
  if (isRecord(value)) return mapOf([...value.fields].map(([key, item]) => [key, storable(item)] as const));
  if (isRecords(value)) return mapOf([...value.entries].map(([key, item]) => [key, storable(item)] as const));
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'nil' ? null : (value as GoValue);
}

/** True for a true boolean, and for the words of YAML 1.1 where a text stands; false for all else. */
export function truthOf(evaluated: EvaluatedNode): boolean {
  if (evaluated.kind === 'value') return evaluated.value === true || (typeof evaluated.value === 'string' && /^(?:y|Y|yes|Yes|YES|on|On|ON)$/.test(evaluated.value));
  return evaluated.kind === 'text' && decode(evaluated.node, 'bool', newestGitea, () => undefined) === true;
}
