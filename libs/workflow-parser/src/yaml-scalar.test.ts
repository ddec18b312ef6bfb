import { expect, it } from 'vitest';
import type { GiteaVersion } from './gitea-version.js';
import { resolveScalar } from './yaml-scalar.js';

const scalar = (value: string, { tag = '', plain = true, gitea = '1.27' as GiteaVersion } = {}) => {
  const resolved = resolveScalar({ kind: 'scalar', tag, value, plain, items: [], offset: 0 }, gitea);
  if (resolved.type === 'time') return `time ${resolved.value.at.toISOString()}`;
  return 'value' in resolved ? `${resolved.type} ${Object.is(resolved.value, -0) ? '-0' : String(resolved.value)}` : resolved.type;
};

it.each<[string, string, string]>([
  ['', 'null', 'nothing is null'],
  ['~', 'null', ''],
  ['NULL', 'null', 'three spellings'],
  ['nULL', 'string nULL', 'and no others'],
  ['true', 'bool true', ''],
  ['yes', 'string yes', 'the words of YAML 1.1 are texts, so "on" is a plain key'],
  ['on', 'string on', ''],
  ['12', 'int 12', ''],
  ['-12', 'int -12', ''],
  ['017', 'int 15', 'octal as in YAML 1.1'],
  ['0o17', 'int 15', 'octal as in YAML 1.2'],
  ['018', 'float 18', 'no octal digit: a float, oddly'],
  ['0x1F', 'int 31', ''],
  ['0b11', 'int 3', ''],
  ['1_000', 'int 1000', 'underscores do not count'],
  ['18446744073709551615', 'int 18446744073709551615', '64 bits'],
  ['18446744073709551616', 'float 18446744073709552000', 'beyond them a float'],
  ['1.0', 'float 1', ''],
  ['.5', 'float 0.5', ''],
  ['1e3', 'float 1000', ''],
  ['1e400', 'string 1e400', 'out of range stays a text'],
  ['.inf', 'float Infinity', ''],
  ['1.22.3', 'string 1.22.3', ''],
  ['2024-01-01', 'time 2024-01-01T00:00:00.000Z', 'a date is a time'],
  ['2024-01-01T10:00:00+02:00', 'time 2024-01-01T08:00:00.000Z', 'with a zone after T'],
  ['2024-01-01 10:00:00', 'time 2024-01-01T10:00:00.000Z', 'without one after a blank'],
  ['2024-01-01 10:00:00+02:00', 'string 2024-01-01 10:00:00+02:00', 'the other way round it is a text'],
  ['2024-02-30', 'string 2024-02-30', 'there is no such day'],
  ['<<', 'merge <<', ''],
])('resolves %j to %s (%s)', (text, expected, _reason) => {
  expect(scalar(text)).toBe(expected);
});

it.each<[string, { tag?: string; plain?: boolean; gitea?: GiteaVersion }, string, string]>([
  ['12', { plain: false }, 'string 12', 'quotes make a text'],
  ['12', { tag: '!!str' }, 'string 12', 'so does the tag'],
  ['12', { plain: false, tag: '!!int' }, 'int 12', 'a tag outweighs quotes'],
  ['x', { tag: '!!int' }, 'mismatch', 'a tag that does not fit'],
  ['1', { tag: '!!float' }, 'float 1', 'an integer fits a float'],
  ['12', { tag: '!mine' }, 'string 12', 'a tag of one’s own'],
  ['-0', { gitea: '1.25' as const }, 'int 0', 'the library up to 1.25'],
  ['-0', { gitea: '1.26' as const }, 'float -0', 'and the one since'],
])('resolves %j with %j to %s: %s', (text, options, expected, _reason) => {
  expect(scalar(text, options)).toBe(expected);
});
