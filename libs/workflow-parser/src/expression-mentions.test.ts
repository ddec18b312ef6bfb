import { describe, expect, it } from 'vitest';
import { mentionsOf } from './expression-mentions.js';

describe('mentionsOf', () => {
  it.each<[text: string, functions: string[] | null, contexts: string[], why: string]>([
    ['!cancelled()', ['cancelled'], [], 'a condition without braces'],
    ['${{ always() && Needs.a.result == \'x\' }}', ['always'], ['needs'], 'names are in small letters'],
    ['go-${{ matrix.os }}-${{ vars[\'X\'] }}', ['format'], ['matrix', 'vars'], 'a text with two expressions'],
    ['contains(github.ref, \'cancelled()\')', ['contains'], ['github'], 'a text in quotes mentions nothing'],
    ['a ==', null, [], 'no expression'],
    ['${{ \'a }}', null, [], 'a quote that is not closed'],
    [`${'('.repeat(300)}1${')'.repeat(300)}`, [], [], 'too deep to be read here, which says nothing'],
  ])('%s', (text, functions, contexts) => {
    const mentions = mentionsOf(text, '1.27');

    expect(mentions && { functions: [...mentions.functions], contexts: [...mentions.contexts].sort() }).toEqual(functions && { functions, contexts });
  });
});
