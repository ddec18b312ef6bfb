/** A seeded source of numbers (mulberry32): the same seed is the same history. */
export interface Dice {
  next(): number;
  chance(probability: number): boolean;
  between(min: number, max: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** A source of its own, so that what one part draws changes nothing of another. */
  fork(): Dice;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const dice: Dice = {
    next,
    chance: (probability) => next() < probability,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (items) => items[Math.floor(next() * items.length)]!,
    fork: () => createDice(Math.floor(next() * 4_294_967_296)),
  };
  return dice;
}
