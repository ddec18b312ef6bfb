import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from './attribute-value.js';

describe('a stored value', () => {
  it('is what it was, whatever JSON it is', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }), fc.constantFrom('', '__proto__', 'constructor'));
    const value = fc.letrec((tie) => ({
      value: fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(text, tie('value'), { maxKeys: 4 })),
    })).value;
    fc.assert(
      fc.property(value, (given) => {
        expect(decode(encode(given))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it.each<readonly [what: string, value: unknown, stored: object, reason: string]>([
    ['text', 'a', { S: 'a' }, 'readable in any console'],
    ['empty text', '', { S: '' }, 'allowed where it is no key'],
    ['a number', 1.5, { N: '1.5' }, 'exact: 38 digits hold any double of this range'],
    ['a map', { a: [true, null] }, { M: { a: { L: [{ BOOL: true }, { NULL: true }] } } }, 'not an opaque string'],
    ['an absent field', { a: undefined }, { M: {} }, 'as JSON does'],
    ['a lone surrogate', '\ud800', { B: new TextEncoder().encode('"\\ud800"') }, 'has no UTF-8 form'],
    ['an empty key', { '': 1 }, { B: new TextEncoder().encode('{"":1}') }, 'DynamoDB refuses it'],
    ['a number beyond 1e125', 1e200, { B: new TextEncoder().encode('1e+200') }, 'DynamoDB refuses it'],
  ])('is stored as expected: %s', (_, value, stored) => {
    expect(encode(value)).toEqual(stored);
  });

  it('is text where it nests deeper than DynamoDB allows', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 60; level += 1) deep = [deep];

    expect(decode(encode(deep))).toEqual(deep);
    expect(JSON.stringify(encode(deep)).match(/"L"/g)).toHaveLength(20);
  });

  it.each([[NaN], [Infinity], [10n], [Symbol('s')], [() => 1]])('cannot be %s', (value) => {
    expect(() => encode({ value })).toThrow(TypeError);
  });

  it('cannot be read where something else stored a set', () => {
    expect(() => decode({ SS: ['a'] })).toThrow('found a DynamoDB SS');
  });
});
