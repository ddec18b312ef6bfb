import type { GiteaVersion } from '@tinqs/workflow-parser';
import { describe, expect, it } from 'vitest';
import { matchPattern } from './filter-pattern.js';

type Row = readonly [pattern: string, value: string, matches: boolean, reason: string];

const everywhere: readonly Row[] = [
  ['main', 'main', true, 'plain text is itself'],
  ['main', 'Main', false, 'case counts'],
  ['main', 'main2', false, 'the whole value must match'],
  ['feature/*', 'feature/a', true, 'one star stays within a folder'],
  ['feature/*', 'feature/a/b', false, 'and does not cross a slash'],
  ['feature/*', 'feature/', true, 'and may be empty'],
  ['*', 'a/b', false, 'even alone it stops at a slash'],
  ['**', 'a/b', true, 'two stars cross slashes'],
  ['**', 'a\nb', false, 'but not line ends: a file may be called so'],
  ['*', 'a\nb', true, 'one star does cross line ends'],
  ['**', 'a\u2028b', true, 'only \\n ends a line in Go'],
  ['**.js', 'a/b/c.js', true, 'two stars before a suffix'],
  ['docs/**/*.md', 'docs/a.md', true, 'folders in between may be missing'],
  ['docs/**/*.md', 'docs/x/y/a.md', true, 'or many'],
  ['src', 'src/a', false, 'a folder does not stand for its content'],
  ['src/', 'src/a', false, 'nor with a slash behind it'],
  ['*.jsx?', 'd.js', true, '? makes what stands before it optional'],
  ['*.jsx?', 'd.jsx', true, 'and is no placeholder'],
  ['v[0-9]+', 'v12', true, '+ repeats what stands before it'],
  ['v[0-9]+', 'v', false, 'at least once'],
  ['a+b', 'a+b', false, 'and is not itself'],
  ['a\\+b', 'a+b', true, 'unless escaped'],
  ['v1.?', 'v1.0', false, 'the usual mistake: an optional dot'],
  ['a.b', 'axb', false, 'a dot is a dot'],
  ['foo(bar)', 'foo(bar)', true, 'parentheses are themselves'],
  ['[CB]at', 'Rat', false, 'a class'],
  ['[A-z]x', '_x', true, 'a range over the ASCII block between Z and a'],
  ['!main', 'main', true, 'a leading ! is stripped before matching'],
  ['', 'main', false, 'the empty pattern matches nothing but the empty value'],
  ['😀+', '😀😀', true, 'a character beyond the basic plane is one character'],
];

const byVersion: readonly (readonly [pattern: string, value: string, until: string, since: string, reason: string])[] = [
  ['**/README.md', 'xREADME.md', 'no-match', 'match', 'two stars before a slash no longer need a boundary'],
  ['x/**/y', 'x/ay', 'no-match', 'match', 'neither in the middle'],
  ['!**/docs', 'docs', 'match', 'no-match', 'but after anything else, ! included, the slash must be there'],
  ['?ain', 'rain', 'no-match', 'match', 'a leading ? was itself, and now frees the start'],
  ['+abc', '+abc', 'match', 'no-match', 'a leading + was itself, and now does nothing'],
  ['{a,b}', 'a', 'no-match', 'match', 'braces are a choice'],
  ['a{2}', 'a2', 'no-match', 'match', 'not a count'],
  ['[!a]', 'b', 'invalid', 'match', 'negated classes'],
  ['[^a]', 'a', 'match', 'no-match', 'the caret was a member'],
  ['[a.b]', '.', 'invalid', 'match', 'any character in a class'],
  ['[]a]', ']', 'invalid', 'match', 'a bracket first in a class is a member'],
  ['\\d', '7', 'no-match', 'match', 'Go escapes'],
  ['\\pL', 'é', 'no-match', 'match', 'Unicode classes'],
  ['\\y', 'y', 'match', 'invalid', 'an escape without a meaning'],
  ['?+', '??', 'match', 'invalid', 'two quantifiers'],
  ['[A-]]', '-]', 'match', 'match', 'a range takes its end before the bracket is looked for'],
  ['{a,b', 'a', 'no-match', 'invalid', 'a brace left open'],
  ['{?i}MAIN', 'main', 'no-match', 'match', 'a question mark behind a brace opens the flags of Go'],
];

const invalid: readonly (readonly [pattern: string, reason: string])[] = [
  ['[]', 'empty class'],
  ['[a', 'unclosed class'],
  ['[z-a]', 'falling range'],
  ['a\\', 'nothing to escape'],
  ['a++', 'stacked quantifiers'],
  ['**+', 'stacked on two stars'],
];

const versions: readonly GiteaVersion[] = ['1.25', '1.26', '1.27'];

describe('matchPattern', () => {
  it.each(everywhere)('%j on %j: %j (%s)', (pattern, value, matches) => {
    for (const gitea of versions) expect([gitea, matchPattern(pattern, value, { gitea })]).toEqual([gitea, matches ? 'match' : 'no-match']);
  });

  it.each(byVersion)('%j on %j: %s up to 1.26, %s since 1.27 (%s)', (pattern, value, until, since) => {
    expect(versions.map((gitea) => matchPattern(pattern, value, { gitea }))).toEqual([until, until, since]);
  });

  it.each(invalid)('refuses %j everywhere (%s)', (pattern) => {
    for (const gitea of versions) expect(matchPattern(pattern, 'a', { gitea })).toBe('invalid');
  });

  it('refuses as Go does what nests deeper than a thousand levels, and is not felled by it', () => {
    const nested = (levels: number, inside = '') => matchPattern(`${`{${inside}`.repeat(levels)}a${'}'.repeat(levels)}`, `${inside.repeat(levels)}a`);

    expect([nested(998), nested(999), nested(499, 'x'), nested(500, 'x')]).toEqual(['match', 'invalid', 'match', 'invalid']);
    expect(nested(200_000)).toBe('invalid');
  });

  it('judges as the newest Gitea by default', () => {
    expect(matchPattern('{main,dev}', 'dev')).toBe('match');
  });

  it('ends on patterns that drive a backtracking engine to a halt', () => {
    const value = 'a'.repeat(20_000);

    for (const gitea of versions) {
      expect(matchPattern(`${'**a'.repeat(60)}b`, value, { gitea })).toBe('no-match');
      expect(matchPattern(`${'a?'.repeat(200)}${'a'.repeat(200)}`, 'a'.repeat(200), { gitea })).toBe('match');
    }
    expect(matchPattern(`${'{'.repeat(30)}a+${'}+'.repeat(30)}b`, value)).toBe('no-match');
  });
});
