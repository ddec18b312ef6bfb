import { parseExpression } from './expression-tree.js';
import type { Expression } from './expression-tree.js';
import { Failure, NotKnownHere } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { oneExpression } from './interpolate.js';

/** What an expression asks for, in small letters: `{ functions: ['contains'], contexts: ['github'] }`. `null`: Gitea cannot read it. */
export type Mentions = { readonly functions: readonly string[]; readonly contexts: readonly string[] } | null;

/** Reads what a text with `${{ }}`, or an `if` without them, asks for; nothing is evaluated. */
export function mentionsOf(text: string, gitea: GiteaVersion): Mentions {
  const functions = new Set<string>();
  const contexts = new Set<string>();
  try {
    const one = oneExpression(text, gitea);
    const left: Expression[] = [parseExpression(one.startsWith('${{') ? one.slice(3) : one)];
    for (let next = left.pop(); next; next = left.pop()) {
      if (next.kind === 'call') {
        functions.add(next.name.toLowerCase());
        left.push(...next.args);
      }
      if (next.kind === 'variable') contexts.add(next.name.toLowerCase());
      if ('of' in next) left.push(next.of);
      if ('index' in next) left.push(next.index);
      if ('left' in next) left.push(next.left, next.right);
    }
  } catch (error) {
    if (error instanceof NotKnownHere) return { functions: [], contexts: [] };
    if (error instanceof Failure) return null;
    throw error;
  }
  return { functions: [...functions], contexts: [...contexts] };
}
