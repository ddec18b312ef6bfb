import type { Assertion } from './regexp-node.js';
import type { Program } from './program.js';

/** What stands beside a place in the text: assertions ask for no more. */
export type Neighbour = 'edge' | 'newline' | 'word' | 'other';

export const isMatch = 'match';

const holds: Readonly<Record<Assertion, (before: Neighbour, after: Neighbour) => boolean>> = {
  'begin-text': (before) => before === 'edge',
  'end-text': (_, after) => after === 'edge',
  'begin-line': (before) => before === 'edge' || before === 'newline',
  'end-line': (_, after) => after === 'edge' || after === 'newline',
  'word-boundary': (before, after) => (before === 'word') !== (after === 'word'),
  'no-word-boundary': (before, after) => (before === 'word') === (after === 'word'),
};

/** Follows a program from some places without reading: answers the places that read a character, or `match` once one is complete. */
export function createFollow({ instructions }: Program): (places: readonly number[], before: Neighbour, after: Neighbour) => readonly number[] | typeof isMatch {
  const visited = new Uint32Array(instructions.length);
  let visit = 0;
  return (places, before, after) => {
    const reached: number[] = [];
    const pending = [...places];
    visit++;
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (visited[place] === visit) continue;
      visited[place] = visit;
      const step = instructions[place];
      if (!step || step.op === 'match') return isMatch;
      if (step.op === 'char') reached.push(place);
      else if (step.op === 'split') pending.push(step.other, step.next);
      else if (holds[step.assertion](before, after)) pending.push(step.next);
    }
    return reached;
  };
}
