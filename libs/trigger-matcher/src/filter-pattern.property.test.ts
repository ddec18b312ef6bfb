import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchTypePattern } from './activity-type.js';
import { filterSkips } from './filter-list.js';
import { compileFilterPattern, matchPattern } from './filter-pattern.js';

/** A piece of a pattern and the places where it may end, having begun at one place of a text: the slow way, by trying all. */
interface Piece {
  readonly text: string;
  readonly ends: (value: string, from: number) => number[];
}
type Choice = readonly Piece[][];

const upTo = (value: string, from: number, stop: (char: string) => boolean): number[] => {
  const ends = [from];
  for (let at = from; at < value.length && !stop(value.charAt(at)); at++) ends.push(at + 1);
  return ends;
};
const one = (text: string, is: (char: string) => boolean): Piece => ({ text, ends: (value, from) => (from < value.length && is(value.charAt(from)) ? [from + 1] : []) });
const letter = fc.constantFrom('a', 'b', '/', '-').map((char) => one(char, (c) => c === char));
const quoted = fc.constantFrom('*', '?', '+', '[', '.').map((char) => one(`\\${char}`, (c) => c === char));
const star = fc.constant<Piece>({ text: '*', ends: (value, from) => upTo(value, from, (c) => c === '/') });
const stars = fc.constant<Piece>({ text: '**', ends: (value, from) => upTo(value, from, (c) => c === '\n') });
const folders = fc.constant<Piece>({
  text: '**/',
  ends: (value, from) => [from, ...upTo(value, from, (c) => c === '\n').filter((end) => end > from + 1 && value[end - 1] === '/')],
});
const ab = fc.constant(one('[ab]', (c) => c === 'a' || c === 'b'));

const repeated = (piece: Piece, sign: '?' | '+'): Piece => ({
  text: piece.text + sign,
  ends: (value, from) => {
    if (sign === '?') return [...new Set([from, ...piece.ends(value, from)])];
    const ends = new Set<number>();
    let fresh = piece.ends(value, from);
    while (fresh.length > 0) {
      for (const end of fresh) ends.add(end);
      fresh = fresh.flatMap((end) => piece.ends(value, end)).filter((end) => !ends.has(end));
    }
    return [...ends];
  },
});
const quantified = fc.tuple(fc.oneof(letter, ab, quoted), fc.constantFrom('?', '+', '') as fc.Arbitrary<'?' | '+' | ''>).map(([piece, sign]) => (sign ? repeated(piece, sign) : piece));
const sequence = (pieces: readonly Piece[], value: string, from: number) => pieces.reduce((froms, piece) => [...new Set(froms.flatMap((at) => piece.ends(value, at)))], [from]);
const choice = (branches: Choice): Piece => ({
  text: `{${branches.map((branch) => branch.map((piece) => piece.text).join('')).join(',')}}`,
  ends: (value, from) => [...new Set(branches.flatMap((branch) => sequence(branch, value, from)))],
});

/** A star before `*` or `**` would join it to another token. */
const apart = (pieces: readonly Piece[]) => pieces.every((piece, index) => !(piece.text.startsWith('*') && (pieces[index - 1]?.text.endsWith('*') ?? false)));
const text = (pieces: readonly Piece[]) => pieces.map((piece) => piece.text).join('');
const values = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '*', '?', '.', '\n'), maxLength: 8 }), { maxLength: 12 });

const untilPattern = fc.array(fc.oneof(quantified, star, stars, folders), { maxLength: 6 }).filter((pieces) => apart(pieces) && !text(pieces).includes('**/**/') && !/(^|[^*\\])\*\*\/?[?+]/.test(text(pieces)));
const sincePattern = fc.array(fc.oneof(quantified, star, ab, fc.array(fc.array(quantified, { maxLength: 3 }), { minLength: 1, maxLength: 3 }).map(choice)), { maxLength: 6 }).filter(apart);

const slowly = (pieces: readonly Piece[], value: string) => (sequence(pieces, value, 0).includes(value.length) ? 'match' : 'no-match');
const followsStars = (pieces: readonly Piece[]) => pieces.some((piece, index) => piece.text === '**' && (pieces[index + 1]?.text.startsWith('/') ?? false));

describe('the pattern languages', () => {
  it('agree up to 1.26 with a slow reference that tries everything', () => {
    fc.assert(
      fc.property(
        untilPattern.filter((pieces) => !followsStars(pieces)),
        values,
        (pieces, some) => {
          for (const value of some) expect([value, matchPattern(text(pieces), value, { gitea: '1.26' })]).toEqual([value, slowly(pieces, value)]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('agree since 1.27 with a slow reference that tries everything', () => {
    fc.assert(
      fc.property(sincePattern, values, (pieces, some) => {
        for (const value of some) expect([value, matchPattern(text(pieces), value, { gitea: '1.27' })]).toEqual([value, slowly(pieces, value)]);
      }),
      { numRuns: 400 },
    );
  });

  it('answer the same for a value that is known to be one line', () => {
    fc.assert(
      fc.property(fc.oneof(untilPattern, sincePattern), values, fc.constantFrom('1.26' as const, '1.27' as const), (pieces, some, gitea) => {
        const matches = compileFilterPattern(text(pieces), gitea)?.matches;

        for (const value of some.filter((one) => !one.includes('\n'))) expect([value, matches?.(value, true)]).toEqual([value, matches?.(value)]);
      }),
      { numRuns: 400 },
    );
  });

  it('never throw, whatever the pattern', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ unit: fc.constantFrom(...'*?+[]{},!\\^-:/ab()|.dDpPQEx41z<>i=é😀'), maxLength: 20 }));

    fc.assert(
      fc.property(anything, anything, fc.constantFrom('1.25' as const, '1.26' as const, '1.27' as const), (pattern, value, gitea) => {
        expect(['match', 'no-match', 'invalid']).toContain(matchPattern(pattern, value, { gitea }));
        expect(['match', 'no-match', 'invalid']).toContain(matchTypePattern(pattern, value, { gitea }));
      }),
      { numRuns: 1000 },
    );
  });

  it('never turn a list from included to skipped, nor from passed to filtered, by one more value', () => {
    const patterns = fc.array(fc.constantFrom('**', '!**', 'a*', '!a*', 'b/**', '!b/**', '*', '[ab]', 'a?b'), { maxLength: 5 });

    fc.assert(
      fc.property(patterns, values, fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 }), fc.constantFrom('1.26' as const, '1.27' as const), (list, before, added, gitea) => {
        const [less, more] = [filterSkips(list, before, { gitea }), filterSkips(list, [...before, added], { gitea })];

        if (less === 'invalid' || more === 'invalid') return;
        expect(more.skip && !less.skip).toBe(false);
        expect(more.filter && !less.filter).toBe(false);
      }),
    );
  });
});
