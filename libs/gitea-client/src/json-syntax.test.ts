import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSyntaxError } from './json-syntax.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('findSyntaxError', () => {
  it.each([
    ['', 1, 1, 'an empty body'],
    ['{', 1, 2, 'an object that never ends'],
    ['{"a" 1}', 1, 6, 'a missing colon'],
    ['{"a":1,}', 1, 8, 'a trailing comma'],
    ['{"a":1}}', 1, 8, 'a second end'],
    ['[1,,2]', 1, 4, 'a missing value'],
    ['{"a":01}', 1, 7, 'a leading zero'],
    ['{"a":\n  tru}', 2, 3, 'half a word, on the second line'],
    ['{"a":"b\nc"}', 1, 8, 'a line break in a string'],
    ['{"a":"\\x"}', 1, 7, 'an unknown escape'],
    ['{"a":"\\u12g4"}', 1, 7, 'a broken character code'],
    ['{"a":"\\u123"}', 1, 7, 'a character code of three digits'],
    ['payload=%7B%7D', 1, 1, 'a form'],
    ['{"a":1}\n{"b":2}', 2, 1, 'two documents'],
  ])('points into %j at line %i, column %i: %s', (text, line, column) => {
    expect(findSyntaxError(text)).toMatchObject({ line, column });
  });

  it('finds an error exactly where JSON.parse finds one', () => {
    const damaged = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', '0', '-', '.', 'e', 't', '\u0001', ' ')).map(([text, at, piece]) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + piece + text.slice(cut + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged, fc.string()), (text) => {
        expect(findSyntaxError(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('never points behind the first character that no JSON text can go on from', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        const cut = at % (text.length + 1);
        const position = findSyntaxError(`${text.slice(0, cut)}\u0001`);

        expect(position?.offset).toBeLessThanOrEqual(cut);
      }),
    );
  });

  it('survives two million open brackets', () => {
    expect(findSyntaxError('['.repeat(2_000_000))).toEqual({ offset: 2_000_000, line: 1, column: 2_000_001 });
  });
});
