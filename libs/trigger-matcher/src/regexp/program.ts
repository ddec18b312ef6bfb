import type { CharSet } from './char-set.js';
import type { Assertion, RegexpNode } from './regexp-node.js';

/** One step of an automaton; `next` and `other` are places in the program. */
export type Instruction =
  | { readonly op: 'char'; readonly set: number; next: number }
  | { readonly op: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'match' };

/** A non-deterministic automaton (Thompson's construction): as many steps as the pattern is long, no backtracking. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  readonly sets: readonly CharSet[];
}

export function compileProgram(root: RegexpNode): Program {
  const instructions: Instruction[] = [{ op: 'match' }];
  const sets: CharSet[] = [];
  const known = new Map<string, number>();

  const add = (instruction: Instruction) => instructions.push(instruction) - 1;
  const setIndex = (set: CharSet) => {
    const found = known.get(set.key);
    if (found !== undefined) return found;
    known.set(set.key, sets.length);
    return sets.push(set) - 1;
  };
  /** Compiles back to front: each node is given what follows it. */
  const emit = (node: RegexpNode, next: number): number => {
    switch (node.kind) {
      case 'empty':
        return next;
      case 'char':
        return add({ op: 'char', set: setIndex(node.set), next });
      case 'assert':
        return add({ op: 'assert', assertion: node.assertion, next });
      case 'sequence':
        return node.parts.reduceRight((after, part) => emit(part, after), next);
      case 'choice':
        return node.branches.map((branch) => emit(branch, next)).reduceRight((other, branch) => add({ op: 'split', next: branch, other }));
      case 'repeat': {
        const split = { op: 'split' as const, next, other: next };
        if (!node.many) {
          split.next = emit(node.node, next);
          return add(split);
        }
        const loop = add(split);
        split.next = emit(node.node, loop);
        return node.optional ? loop : split.next;
      }
    }
  };
  const start = emit(root, 0);
  return { instructions, start, sets };
}
