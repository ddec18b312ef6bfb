import type { ExpressionValue } from './expression-value.js';
import { isNil, isRecord, isRecords, isUnset } from './expression-value.js';
import { GiteaError, NotKnownHere } from './gitea-failure.js';
import { compareBytes, exponentOf } from './go-print.js';
import { isFloat, isList, isMapping, isTime } from './go-value.js';
import type { GoTime, GoValue } from './go-value.js';

const deepest = 1000;

/** Writes JSON as Go does: two blanks of indent, maps in the order of their bytes, and `<`, `>`, `&` escaped. */
export function toGoJson(value: ExpressionValue, indent = ''): string {
  if (indent.length > deepest * 2) throw new NotKnownHere(`a value nested more than ${deepest} levels deep cannot be written as JSON here`);
  const inner = `${indent}  `;
  if (value === null || isNil(value) || isUnset(value)) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (isRecord(value)) return braced([...value.fields].map(([key, item]) => `${quoted(key)}: ${toGoJson(item, inner)}`), indent);
  if (isRecords(value)) return braced(sortedEntries(value.entries).map(([key, item]) => `${quoted(key)}: ${toGoJson(item, inner)}`), indent);
  const plain = value as GoValue;
  if (isList(plain)) return plain.length === 0 ? '[]' : `[\n${plain.map((item) => inner + toGoJson(item, inner)).join(',\n')}\n${indent}]`;
  if (isFloat(plain)) return jsonNumber(plain.value);
  if (isTime(plain)) return quoted(jsonTime(plain));
  if (!isMapping(plain)) return String(plain);
  if (plain.general) throw new GiteaError('a map with keys that are no texts cannot be written as JSON');
  return braced(sortedEntries(plain.entries).map(([key, item]) => `${quoted(key)}: ${toGoJson(item, inner)}`), indent);
}

function sortedEntries<T>(entries: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => compareBytes(a, b));
}

function braced(lines: readonly string[], indent: string): string {
  return lines.length === 0 ? '{}' : `{\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}}`;
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f' };

function quoted(text: string): string {
  const escaped = text.replace(/["\\\u0000-\u001f<>&\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (found) => {
    if (found >= '\ud800' && found <= '\udfff') return '\ufffd';
    return escapes[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new GiteaError('a number that is not finite cannot be written as JSON');
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return plainDecimal(value);
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  // A single digit of a negative exponent stands without its zero.
  return `${mantissa}e${Number(exponent) < 0 ? `-${Math.abs(Number(exponent))}` : exponentOf(Number(exponent))}`;
}

function plainDecimal(value: number): string {
  return String(value);
}

function jsonTime({ at, offset, fraction }: GoTime): string {
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const size = Math.abs(offset);
  const zone = offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
  return `${local}${fraction}${zone}`;
}
