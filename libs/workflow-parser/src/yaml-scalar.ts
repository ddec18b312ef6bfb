import type { GiteaVersion } from './gitea-version.js';
import type { GoTime } from './go-value.js';
import { readingRules } from './reading-rules.js';
import type { YamlNode } from './yaml-node.js';

/** What a scalar is to Gitea's YAML (1.1 in some places, 1.2 in others). Integers beyond 2^53 are bigint, `1.0` is a float all the same. */
export type ScalarValue =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: number | bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'time'; readonly value: GoTime }
  | { readonly type: 'merge' | 'string'; readonly value: string }
  /** A tag the text does not fit, such as `!!int x`: decoding it at all is an error. */
  | { readonly type: 'mismatch'; readonly tag: string };

const words = new Map<string, ScalarValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { type: 'null' }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { type: 'bool', value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { type: 'bool', value: false }] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, { type: 'float', value: NaN }] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, { type: 'float', value: Infinity }] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, { type: 'float', value: -Infinity }] as const),
  ['<<', { type: 'merge', value: '<<' }],
]);

const typedTags = new Set(['', '!!str', '!!bool', '!!int', '!!float', '!!null', '!!timestamp']);

/** Gives a scalar its type, by its tag, its quotes and its text. */
export function resolveScalar(node: YamlNode, gitea: GiteaVersion): ScalarValue {
  const { value, tag } = node;
  // `!` and tags of one's own leave the text as it is; so do quotes without a tag.
  if (tag === '!' || tag === '!!str' || (!node.plain && tag === '') || !typedTags.has(tag)) return { type: 'string', value };
  const found: ScalarValue = value === '-0' && readingRules[gitea].hasNegativeZero ? { type: 'float', value: -0 } : typeOfText(value, tag === '' || tag === '!!timestamp');
  if (tag === '') return found;
  if (tag === '!!float' && found.type === 'int') return { type: 'float', value: Number(found.value) };
  const tagOf = { null: '!!null', bool: '!!bool', int: '!!int', float: '!!float', time: '!!timestamp', merge: '!!merge', string: '!!str', mismatch: '' };
  return tagOf[found.type] === tag ? found : { type: 'mismatch', tag };
}

function typeOfText(text: string, mayBeTime: boolean): ScalarValue {
  const word = words.get(text);
  if (word) return word;
  const first = text.charCodeAt(0);
  if (first === 0x2e) return floatOf(text, /^\.[0-9]+([eE][-+]?[0-9]+)?$/) ?? { type: 'string', value: text };
  if (first === 0x2b || first === 0x2d || (first >= 0x30 && first <= 0x39)) {
    const time = mayBeTime ? timeOf(text) : undefined;
    if (time) return { type: 'time', value: time };
    const plain = text.includes('_') ? text.replaceAll('_', '') : text;
    return intOf(plain) ?? floatOf(plain, /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/) ?? { type: 'string', value: text };
  }
  return { type: 'string', value: text };
}

const smallest = -(2n ** 63n);
const largest = 2n ** 64n - 1n;

/** Decimal, `0x`, `0b`, `0o`, and a leading zero is octal, as in YAML 1.1. Beyond 64 bits it is no integer. */
function intOf(text: string): ScalarValue | undefined {
  const parts = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(text);
  if (!parts) return undefined;
  const [, sign, hex, binary, octal, decimal] = parts;
  const digits = hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : octal !== undefined ? `0o${octal}` : (decimal ?? '0');
  if (digits.length < 14) return { type: 'int', value: sign === '-' ? -Number(digits) || 0 : Number(digits) };
  if (digits.length > 80) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  if (value < smallest || value > largest || (sign === '+' && value >= 2n ** 63n)) return undefined;
  return { type: 'int', value: Number.isSafeInteger(Number(value)) ? Number(value) : value };
}

function floatOf(text: string, form: RegExp): ScalarValue | undefined {
  if (!form.test(text)) return undefined;
  const value = Number(text);
  // Out of range is no float to Go, and so stays a text.
  return Number.isFinite(value) ? { type: 'float', value } : undefined;
}

const timeForm = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(T|t| +)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?)?$/;

/** A date, a date and time after blanks without a zone, or after `T` with one. */
function timeOf(text: string): GoTime | undefined {
  const parts = timeForm.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, separator, hour = '0', minute = '0', second = '0', digits = '', zone] = parts;
  if (separator?.startsWith(' ') ? zone !== undefined : separator !== undefined && zone === undefined) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  at.setUTCHours(Number(hour), Number(minute), Number(second), Math.trunc(Number(`0.${digits || '0'}`) * 1000));
  const fraction = digits.slice(0, 9).replace(/0+$/, '');
  const [hours, minutes] = zone === undefined || zone === 'Z' ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 24 || minutes > 59) return undefined;
  const offset = (zone?.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
  return { kind: 'time', at: new Date(at.getTime() - offset * 60_000), offset: offset === 0 ? 0 : offset, fraction: fraction === '' ? '' : `.${fraction}` };
}
