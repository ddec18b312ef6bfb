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
  const left = [tree];
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.kind === 'call') {
      if (/^(?:success|always|cancelled|failure)$/.test(next.name)) return true;
      left.push(...next.args);
    }
    if ('of' in next) left.push(next.of);
    if ('index' in next) left.push(next.index);
    if ('left' in next) left.push(next.left, next.right);
  }
  return false;
}
