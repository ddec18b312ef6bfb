import { describe, expect, it } from 'vitest';
import { fillSlots } from './fill-slots.js';

describe('fillSlots', () => {
  it('writes integers as digits and text as base64 in lines of 76', () => {
    expect(fillSlots('a=@@A@@ b=@@B@@', { A: { integer: 300 }, B: { text: 'é'.repeat(30) } })).toBe(`a=300 b=${Buffer.from('é'.repeat(30)).toString('base64').replace(/.{76}/, '$&\n')}`);
  });

  it('fills a slot once: what looks like a slot in a value stays text', () => {
    expect(fillSlots('@@A@@', { A: { text: '@@B@@' } })).toBe(btoa('@@B@@'));
  });

  it.each([
    ['a slot that nothing fills', '@@A@@', {}, /slot A/],
    ['a value without a slot', '', { A: { integer: 1 } }, /no slot A/],
    ['a fraction', '@@A@@', { A: { integer: 0.5 } }, /whole number/],
    ['a negative number, which would read as an option', '@@A@@', { A: { integer: -1 } }, /whole number/],
    ['a number beyond what is exact', '@@A@@', { A: { integer: 2 ** 60 } }, /whole number/],
  ])('refuses %s', (_title, template, values, message) => {
    expect(() => fillSlots(template, values)).toThrow(message);
  });
});
