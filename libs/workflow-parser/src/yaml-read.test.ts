import { describe, expect, it } from 'vitest';
import type { GiteaVersion } from './gitea-version.js';
import type { YamlNode } from './yaml-node.js';
import { readYaml } from './yaml-read.js';

/** A tree as plain values, with aliases as `*name`. */
function plain(node: YamlNode): unknown {
  if (node.kind === 'alias') return `*${node.value}`;
  if (node.kind === 'scalar') return node.tag === '' ? node.value : `${node.tag} ${node.value}`;
  if (node.kind === 'seq') return node.items.map(plain);
  const pairs: [unknown, unknown][] = [];
  for (let i = 0; i < node.items.length; i += 2) pairs.push([plain(node.items[i] as YamlNode), plain(node.items[i + 1] as YamlNode)]);
  return Object.fromEntries(pairs);
}

const read = (text: string, gitea: GiteaVersion = '1.27'): unknown => {
  const reading = readYaml(text, gitea);
  return reading.kind === 'tree' ? plain(reading.root) : `refused at ${reading.at.line}:${reading.at.column}`;
};

describe('readYaml', () => {
  it.each<[string, unknown, string]>([
    ['a: b', { a: 'b' }, 'a map'],
    ['a:\n- b\n- c', { a: ['b', 'c'] }, 'a list may stand in the column of its key'],
    ['a:\n  b: c\nd:', { a: { b: 'c' }, d: '' }, 'a missing value is empty'],
    ['{a: [b, {c: d}], e}', { a: ['b', { c: 'd' }], e: '' }, 'a key in braces needs no value'],
    ['{a:1}', { 'a:1': '' }, 'a colon separates only before a blank'],
    ['{"a":1}', { a: '1' }, 'unless the key is in quotes'],
    ['[a: b, c]', [{ a: 'b' }, 'c'], 'a pair in brackets is a map of its own'],
    ['? a\n: b', { a: 'b' }, 'a key may be announced'],
    ['a: &x b\nc: *x', { a: 'b', c: '*x' }, 'an alias is kept as one'],
    ['a: !!str 1\nb: !mine x', { a: '!!str 1', b: '!mine x' }, 'tags are kept'],
    ['a: "x\\ty\\u00e9\\\n  z"', { a: 'x\tyéz' }, 'escapes, and an escaped break leaves nothing'],
    ['a: "x\ny\n\nz"', { a: 'x y\nz' }, 'lines in quotes are folded, wherever they stand'],
    ["a: 'it''s'", { a: "it's" }, 'a doubled single quote is one'],
    ['a: b\n  c\n\n  d', { a: 'b c\nd' }, 'lines without quotes are folded'],
    ['a: |\n  b\n   c\n\nd: e', { a: 'b\n c\n', d: 'e' }, 'a literal text keeps its lines'],
    ['a: >-\n  b\n  c\n\n  d\n', { a: 'b c\nd' }, 'a folded text joins them'],
    ['a: >\n  b\n   c\n  d\n', { a: 'b\n c\nd\n' }, 'but not around deeper lines'],
    ['a: |+\n  b\n\n', { a: 'b\n\n' }, 'plus keeps the breaks at the end'],
    ['a: |2\n   b\n', { a: ' b\n' }, 'an indentation may be given'],
    ['a: b # c\n# d', { a: 'b' }, 'comments are not read'],
    ['a: b#c', { a: 'b#c' }, 'a # inside a text is none'],
    ['a: b\n---\nc: [', { a: 'b' }, 'only the first document is read, whatever follows'],
    ['%YAML 1.1\n---\na: b', { a: 'b' }, 'the version Gitea understands'],
    ['%TAG ! !x-\n---\na: !b c', { a: '!x-b c' }, 'a declared prefix'],
    ['\ufeffa: b', { a: 'b' }, 'a byte order mark at the start'],
    ['a: b\r\nc: d\re: f', { a: 'b', c: 'd', e: 'f' }, 'all kinds of line ends'],
    [' a: b\nc: d', { a: 'b' }, 'the first map ends the document where a line stands further left'],
  ])('reads %j: %s', (text, expected, _reason) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['a: b: c', '1:5', 'a second colon needs quotes'],
    ['a: "b', '1:4', 'quotes that do not close'],
    ['a:\n\tb: c', '2:1', 'a tab as indentation'],
    ['a: [b', '1:6', 'a bracket that does not close'],
    ['a: {b: c', '1:9', 'a brace that does not close'],
    ['a: b\n c\nd: e\n  f: g', '4:4', 'a key in the middle of a text'],
    ['a: *x', '1:4', 'an alias without anchor'],
    ['a: @b', '1:4', 'a character that begins nothing'],
    ['a: !<b', '1:4', 'a tag that does not close'],
    ['a: "\\q"', '1:4', 'an unknown escape'],
    ['a: "\\ud83d\\ude00"', '1:4', 'escapes of half a character'],
    ['%YAML 1.2\n---\na: b', '1:1', 'the newer version is refused'],
    ['%FOO\n---\na: b', '1:1', 'an unknown directive'],
    ['a: \u0007', '1:4', 'a control character'],
    ['- a\nb: c', '2:1', 'a key in the column of a list'],
    ['a:\n  - b\n  c: d', '3:3', 'a key among the entries of a list'],
    ['a: |0\n b', '1:4', 'an indentation of nothing'],
    [`${'x'.repeat(1025)}: y\n`, '1:1026', 'a key may have 1,024 characters'],
    ['', '1:1', 'an empty file'],
    ['# nothing\n', '1:1', 'a file of comments'],
  ])('refuses %j at %s: %s', (text, at, _reason) => {
    expect(read(text)).toBe(`refused at ${at}`);
  });

  it.each<[string, GiteaVersion, unknown, string]>([
    ['[a?b]', '1.25', 'refused at 1:3', 'up to 1.25 a question mark ends a text in brackets'],
    ['[a?b]', '1.26', ['a?b'], 'since 1.26 only one before a blank does'],
    ['a: &b.c d', '1.25', 'refused at 1:4', 'up to 1.25 names are letters, digits, - and _'],
    ['a: &b.c d', '1.27', { a: 'd' }, 'since 1.26 any visible character but a few'],
  ])('reads %j as Gitea %s does: %j', (text, gitea, expected, _reason) => {
    expect(read(text, gitea)).toEqual(expected);
  });

  it('takes 9,000 levels and refuses 10,001 with a position, without a stack to overflow', () => {
    const nested = (depth: number): string => `a: ${'['.repeat(depth)}${']'.repeat(depth)}`;

    expect(readYaml(nested(9_000), '1.27').kind).toBe('tree');
    expect(read(nested(10_001))).toBe('refused at 1:10004');
    expect(read(`a:\n ${'- '.repeat(10_001)}`)).toBe('refused at 2:20000');
  });

  it('reads the first MiB and nothing behind it', () => {
    const head = 'a: b\n';
    const filler = '#'.padEnd(1024 * 1024 - head.length, 'x');

    expect(read(`${head}${filler}\nc: [`)).toEqual({ a: 'b' });
    expect(read(`${head}${filler.slice(2)}\nc: [`)).not.toEqual({ a: 'b' });
  });
});
