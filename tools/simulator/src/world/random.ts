/** A seeded source of numbers. Its whole state is one integer, so it can be written down and taken up again. */
export interface Random {
  state: number;
}

export function createRandom(seed: number): Random {
  return { state: seed >>> 0 };
}

/** The next number, 0 ≤ n < 1 (mulberry32). */
export function next(random: Random): number {
  random.state = (random.state + 0x6d2b79f5) >>> 0;
  let mixed = random.state;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** A closed range of milliseconds. */
export type Range = readonly [min: number, max: number];

/** A whole number of the range, both ends included. */
export function between(random: Random, [min, max]: Range): number {
  return min + Math.floor(next(random) * (max - min + 1));
}

/** True with this probability. Zero asks for no number, so switching a fault off changes nothing else of a history. */
export function chance(random: Random, probability: number): boolean {
  return probability > 0 && next(random) < probability;
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(next(random) * items.length)];
  if (item === undefined) throw new RangeError('cannot pick from an empty list');
  return item;
}

/** V8 writes numbers in radix 16 by way of doubles: looking characters up takes a third of the time, and a job takes dozens of words. */
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hex(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) {
    const word = Math.floor(next(random) * 4_294_967_296);
    for (const shift of [24, 16, 8, 0]) text += PAIRS[(word >>> shift) & 255]!;
  }
  return text.slice(0, digits);
}

export function uuid(random: Random): string {
  const digits = hex(random, 32);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
}
