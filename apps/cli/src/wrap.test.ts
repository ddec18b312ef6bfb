import { describe, expect, it } from 'vitest';
import { wrap } from './wrap.js';

describe('wrap', () => {
  it.each([
    ['short', 20, 'short', 'fits'],
    ['one two three', 8, 'one two\n  three', 'breaks between words'],
    ['a/very/long/path.yml:1 x', 10, 'a/very/long/path.yml:1\n  x', 'a long word stays whole'],
    ['', 10, '', 'nothing'],
    ['a  b', 80, 'a  b', 'two spaces stay'],
  ])('%j in %i columns', (text, width, wrapped) => expect(wrap(text, width)).toBe(wrapped));
});
