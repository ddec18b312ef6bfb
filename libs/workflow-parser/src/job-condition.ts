import { evaluate } from './expression.js';
import type { Scope } from './expression.js';
import { parseExpression } from './expression-tree.js';
import type { Expression } from './expression-tree.js';
import { isTruthy } from './expression-value.js';
import type { GiteaVersion } from './gitea-version.js';
import { oneExpression } from './interpolate.js';

/** Whether a job's `if` holds. One that does not ask for a status itself holds only if `success()` does too. */
export function conditionHolds(condition: string, scope: Scope, gitea: GiteaVersion): boolean {
  const text = oneExpression(condition, gitea);
  const tree = parseExpression(text.startsWith('${{') ? text.slice(3) : text);
  if (!asksForStatus(tree) && !scope.success()) return false;
  return isTruthy(evaluate(text, scope));
}

function asksForStatus(tree: Expression): boolean {
  switch (tree.kind) {
    case 'call':
      return /^(?:success|always|cancelled|failure)$/.test(tree.name) || tree.args.some(asksForStatus);
    case 'property':
    case 'each':
    case 'not':
      return asksForStatus(tree.of);
    case 'index':
      return asksForStatus(tree.of) || asksForStatus(tree.index);
    case 'compare':
    case 'logic':
      return asksForStatus(tree.left) || asksForStatus(tree.right);
    default:
      return false;
  }
}
