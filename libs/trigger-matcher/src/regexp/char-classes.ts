import { wordCharacters } from './named-class.js';
import type { Neighbour } from './place-steps.js';
import type { Program } from './program.js';

/** Characters that a program cannot tell apart. */
export interface CharClass {
  readonly id: number;
  /** By index of the set: does it hold these characters? */
  readonly inSet: readonly boolean[];
  readonly neighbour: Neighbour;
}

export interface CharClasses {
  /** Ids of the first 128 characters; -1: not asked for yet. */
  readonly ascii: Int16Array;
  readonly classOf: (codePoint: number) => CharClass;
}

const remembered = 1000;

/** Sorts characters into classes as they come by. Neighbours count only where the program has assertions that look at them. */
export function createCharClasses({ sets }: Program, looksAround: boolean): CharClasses {
  const ascii = new Int16Array(128).fill(-1);
  const others = new Map<number, CharClass>();
  const byKey = new Map<string, CharClass>();
  const byId: CharClass[] = [];

  function classify(codePoint: number): CharClass {
    const inSet = sets.map((set) => set.has(codePoint));
    const neighbour: Neighbour = codePoint === 0x0a ? 'newline' : wordCharacters.has(codePoint) ? 'word' : 'other';
    const key = `${looksAround ? neighbour : ''} ${inSet.map(Number).join('')}`;
    const known = byKey.get(key);
    if (known) return known;
    const made: CharClass = { id: byId.length, inSet, neighbour: looksAround ? neighbour : 'other' };
    byKey.set(key, made);
    byId.push(made);
    return made;
  }

  return {
    ascii,
    classOf(codePoint) {
      if (codePoint < 128) {
        const known = byId[ascii[codePoint] ?? -1];
        if (known) return known;
        const found = classify(codePoint);
        ascii[codePoint] = found.id;
        return found;
      }
      const known = others.get(codePoint);
      if (known) return known;
      if (others.size >= remembered) others.clear();
      const found = classify(codePoint);
      others.set(codePoint, found);
      return found;
    },
  };
}
