/** A set of characters. Sets with one key hold the same characters, so an automaton tells them apart by it. */
export interface CharSet {
  readonly key: string;
  has(codePoint: number): boolean;
}

export type Range = readonly [low: number, high: number];

const hex = (codePoint: number) => codePoint.toString(16);

export function rangeSet(ranges: readonly Range[]): CharSet {
  return { key: ranges.map(([low, high]) => (low === high ? hex(low) : `${hex(low)}-${hex(high)}`)).join(','), has: (c) => ranges.some(([low, high]) => c >= low && c <= high) };
}

export const single = (codePoint: number): CharSet => ({ key: hex(codePoint), has: (c) => c === codePoint });

export const complement = (set: CharSet): CharSet => ({ key: `^(${set.key})`, has: (c) => !set.has(c) });

export const union = (sets: readonly CharSet[]): CharSet =>
  sets.length === 1 && sets[0] ? sets[0] : { key: sets.map((set) => `(${set.key})`).join('|'), has: (c) => sets.some((set) => set.has(c)) };

export const anyCharacter: CharSet = { key: 'any', has: () => true };

/** Go's `.`: unlike JavaScript's it matches `\r`, U+2028 and U+2029. */
export const notNewline = complement(single(0x0a));
export const notSlash = complement(single(0x2f));

const onlyCodePoint = (text: string): number | undefined => {
  const codePoint = text.codePointAt(0);
  return codePoint !== undefined && text.length === String.fromCodePoint(codePoint).length ? codePoint : undefined;
};

/** The one form that all spellings of a letter share. */
export function foldCase(codePoint: number): number {
  const text = String.fromCodePoint(codePoint);
  const upper = onlyCodePoint(text.toUpperCase()) ?? codePoint;
  return onlyCodePoint(String.fromCodePoint(upper).toLowerCase()) ?? upper;
}

/** The set under `(?i)`: a letter belongs to it in every spelling. */
export function ignoringCase(set: CharSet): CharSet {
  return {
    key: `i(${set.key})`,
    has(c) {
      if (set.has(c)) return true;
      const text = String.fromCodePoint(c);
      return [foldCase(c), onlyCodePoint(text.toUpperCase()), onlyCodePoint(text.toLowerCase())].some((other) => other !== undefined && set.has(other));
    },
  };
}

export function singleIgnoringCase(codePoint: number): CharSet {
  const folded = foldCase(codePoint);
  return { key: `i${hex(folded)}`, has: (c) => foldCase(c) === folded };
}
