import type { CharClass } from './char-classes.js';
import { createCharClasses } from './char-classes.js';
import type { Neighbour } from './place-steps.js';
import { createFollow, isMatch } from './place-steps.js';
import type { Program } from './program.js';

/** A set of places, and the character before them where that counts. */
interface State {
  readonly places: readonly number[];
  readonly before: Neighbour;
  atEnd: boolean | undefined;
}

/** In the table: not computed yet, and the two ends from which nothing that follows leads away. */
const [unknown, refused, accepted] = [0, -1, -2];

/** Beyond so many states they are forgotten and made again, so memory stays bounded by the pattern. */
const maxStates = 1000;

/**
 * Makes the test "does the expression match somewhere in the text", in time linear in program × text: every place of the automaton
 * is followed at once, and sets of places met before are looked up in a table (a deterministic automaton, built as texts come by).
 */
export function linearMatcher(program: Program): (text: string) => boolean {
  const { instructions, start } = program;
  const looksAround = instructions.some((step) => step.op === 'assert' && step.assertion !== 'begin-text' && step.assertion !== 'end-text');
  const { ascii, classOf } = createCharClasses(program, looksAround);
  const follow = createFollow(program);
  const startsLater = (['newline', 'word', 'other'] as const).some((before) => (['edge', 'newline', 'word', 'other'] as const).some((after) => follow([start], before, after).length > 0));

  /** Row `n` of the table begins at `n * width` and belongs to `states[n]`; row 0 is never used, so that no state is `unknown`. */
  let width = 16;
  let table = new Int32Array(16 * width);
  const states: State[] = [];
  const rows = new Map<string, number>();

  function rowOf(places: readonly number[], before: Neighbour): number {
    const key = `${before} ${places.join(' ')}`;
    const known = rows.get(key);
    if (known !== undefined) return known * width;
    if (states.length > maxStates) forget();
    const row = states.push({ places, before, atEnd: undefined }) - 1;
    rows.set(key, row);
    if ((row + 1) * width > table.length) table = resized(table.length * 2);
    return row * width;
  }

  function resized(length: number): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(length);
    larger.set(table);
    return larger;
  }

  function forget(): void {
    rows.clear();
    table.fill(unknown);
    states.length = 0;
    states.push({ places: [], before: 'edge', atEnd: false });
    rowOf([start], 'edge');
  }

  /** A class beyond the width of a row: all rows are made anew. */
  function widen(id: number): void {
    while (width <= id) width *= 2;
    table = new Int32Array(16 * width);
    forget();
  }

  function step({ places, before }: State, read: CharClass): number {
    const reached = follow(places, before, read.neighbour);
    if (reached === isMatch) return accepted;
    const next = new Set<number>();
    for (const place of reached) {
      const instruction = instructions[place];
      if (instruction?.op === 'char' && read.inSet[instruction.set]) next.add(instruction.next);
    }
    if (startsLater) next.add(start);
    return next.size === 0 ? refused : rowOf([...next].sort((a, b) => a - b), read.neighbour);
  }

  function compute(at: number, read: CharClass): number {
    const from = states[at / width];
    if (!from) return refused;
    if (read.id >= width) widen(read.id);
    const next = step(from, read);
    const row = rows.get(`${from.before} ${from.places.join(' ')}`);
    if (row !== undefined) table[row * width + read.id] = next;
    return next;
  }

  /** Reads one character where the table has no answer yet; answers the row or the end that follows. */
  function read(state: number, codePoint: number): number {
    const found = classOf(codePoint);
    return (found.id < width ? table[state + found.id] : unknown) || compute(state, found);
  }

  function atEnd(state: number): boolean {
    const last = states[state / width];
    return last !== undefined && (last.atEnd ??= follow(last.places, last.before, 'edge') === isMatch);
  }

  forget();
  return (text) => {
    let [rowsNow, state] = [table, width];
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      // Ids of unknown characters are -1, and what lies outside the table reads as undefined: both take the slow way.
      const id = unit < 128 ? (ascii[unit] as number) : -1;
      let next = id < 0 ? unknown : (rowsNow[state + id] as number);
      if (!(next > 0)) {
        if (next === refused) return false;
        const codePoint = unit < 0xd800 ? unit : (text.codePointAt(at) ?? unit);
        if (codePoint > 0xffff) at++;
        next = read(state, codePoint);
        if (next < 0) return next === accepted;
        rowsNow = table;
      }
      state = next;
    }
    return atEnd(state);
  };
}
