import { wordCharacters } from './named-class.js';
import type { Assertion } from './regexp-node.js';
import type { Program } from './program.js';

/** What stands beside a place in the text: assertions ask for no more. */
type Neighbour = 'edge' | 'newline' | 'word' | 'other';

interface State {
  readonly places: readonly number[];
  readonly before: Neighbour;
  /** By character class; made when first needed. */
  readonly next: (State | undefined)[];
  /** Known whatever follows. */
  readonly verdict: boolean | undefined;
  atEnd: boolean | undefined;
}

interface CharClass {
  readonly id: number;
  /** By index of the set: does it hold these characters? */
  readonly inSet: readonly boolean[];
  readonly neighbour: Neighbour;
}

/** Beyond it the states made so far are forgotten, so memory stays bounded by the pattern. */
const maxStates = 1000;

const holds: Readonly<Record<Assertion, (before: Neighbour, after: Neighbour) => boolean>> = {
  'begin-text': (before) => before === 'edge',
  'end-text': (_, after) => after === 'edge',
  'begin-line': (before) => before === 'edge' || before === 'newline',
  'end-line': (_, after) => after === 'edge' || after === 'newline',
  'word-boundary': (before, after) => (before === 'word') !== (after === 'word'),
  'no-word-boundary': (before, after) => (before === 'word') === (after === 'word'),
};

/**
 * Makes the test "does the expression match somewhere in the text", in time linear in program × text: every place of the automaton
 * is followed at once, and the sets of places are remembered (a deterministic automaton, built as texts come by).
 */
export function linearMatcher({ instructions, start, sets }: Program): (text: string) => boolean {
  const looksAround = instructions.some((step) => step.op === 'assert' && step.assertion !== 'begin-text' && step.assertion !== 'end-text');
  const ascii: (CharClass | undefined)[] = new Array<undefined>(128).fill(undefined);
  const others = new Map<number, CharClass>();
  const classes = new Map<string, CharClass>();
  const states = new Map<string, State>();
  const visited = new Uint32Array(instructions.length);
  let visit = 0;

  /** The places reached without reading: those that read a character, or `true` as soon as the match is complete. */
  function follow(places: readonly number[], before: Neighbour, after: Neighbour): readonly number[] | true {
    const reached: number[] = [];
    const pending = [...places].reverse();
    visit++;
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      if (visited[place] === visit) continue;
      visited[place] = visit;
      const step = instructions[place];
      if (!step || step.op === 'match') return true;
      if (step.op === 'char') reached.push(place);
      else if (step.op === 'split') pending.push(step.other, step.next);
      else if (holds[step.assertion](before, after)) pending.push(step.next);
    }
    return reached;
  }

  const canStartLater = (['newline', 'word', 'other'] as const).some((before) =>
    (['edge', 'newline', 'word', 'other'] as const).some((after) => {
      const reached = follow([start], before, after);
      return reached === true || reached.length > 0;
    }),
  );

  function stateOf(places: readonly number[], before: Neighbour, verdict?: boolean): State {
    const key = `${before} ${verdict ?? ''} ${places.join(' ')}`;
    const found = states.get(key);
    if (found) return found;
    if (states.size >= maxStates) states.clear();
    const state: State = { places, before, next: [], verdict: verdict ?? (places.length === 0 ? false : undefined), atEnd: undefined };
    states.set(key, state);
    return state;
  }

  function step(state: State, read: CharClass): State {
    const reached = follow(state.places, state.before, read.neighbour);
    if (reached === true) return (state.next[read.id] = stateOf([], 'other', true));
    const places = new Set<number>();
    for (const place of reached) {
      const instruction = instructions[place];
      if (instruction?.op === 'char' && read.inSet[instruction.set]) places.add(instruction.next);
    }
    if (canStartLater) places.add(start);
    return (state.next[read.id] = stateOf([...places].sort((a, b) => a - b), looksAround ? read.neighbour : 'other'));
  }

  function classOf(codePoint: number): CharClass {
    const known = codePoint < 128 ? ascii[codePoint] : others.get(codePoint);
    if (known) return known;
    const inSet = sets.map((set) => set.has(codePoint));
    const neighbour: Neighbour = codePoint === 0x0a ? 'newline' : wordCharacters.has(codePoint) ? 'word' : 'other';
    const key = `${looksAround ? neighbour : ''} ${inSet.map(Number).join('')}`;
    const found = classes.get(key) ?? { id: classes.size, inSet, neighbour };
    classes.set(key, found);
    if (codePoint < 128) ascii[codePoint] = found;
    else {
      if (others.size >= maxStates) others.clear();
      others.set(codePoint, found);
    }
    return found;
  }

  const first = stateOf([start], 'edge');
  return (text) => {
    let state = first;
    for (let at = 0; at < text.length; at++) {
      let codePoint = text.charCodeAt(at);
      if ((codePoint & 0xfc00) === 0xd800) {
        codePoint = text.codePointAt(at) ?? codePoint;
        if (codePoint > 0xffff) at++;
      }
      const read = (codePoint < 128 ? ascii[codePoint] : undefined) ?? classOf(codePoint);
      state = state.next[read.id] ?? step(state, read);
      if (state.verdict !== undefined) return state.verdict;
    }
    return (state.atEnd ??= follow(state.places, state.before, 'edge') === true);
  };
}
