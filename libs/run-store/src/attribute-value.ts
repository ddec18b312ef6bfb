import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** A lone surrogate has no UTF-8 form: DynamoDB would refuse it or store something else. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** DynamoDB allows 32 levels; what is nested deeper than this becomes text. */
const MAX_DEPTH = 20;

const text = new TextEncoder();
const bytes = new TextDecoder();

/**
 * A JSON value as DynamoDB's console and other languages read it: text, numbers, lists and maps. What DynamoDB
 * cannot hold (lone surrogates, empty or `__proto__` keys, numbers outside 1e±125, deep nesting) becomes
 * a binary attribute with the value's JSON text, in which such characters are escaped.
 */
export function encode(value: unknown, depth = 0): AttributeValue {
  switch (typeof value) {
    case 'string':
      return LONE_SURROGATE.test(value) ? encodeAsText(value) : { S: value };
    case 'number':
      return encodeNumber(value);
    case 'boolean':
      return { BOOL: value };
    case 'object':
      if (value === null) return { NULL: true };
      if (depth >= MAX_DEPTH) return encodeAsText(value);
      return Array.isArray(value) ? { L: value.map((entry) => encode(entry ?? null, depth + 1)) } : encodeMap(value, depth);
    default:
      throw new TypeError(`expected a JSON value, found ${typeof value}: it cannot be stored`);
  }
}

export function decode(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(decode);
  if (value.M !== undefined) return Object.fromEntries(Object.entries(value.M).map(([key, entry]) => [key, decode(entry)]));
  if (value.B !== undefined) return JSON.parse(bytes.decode(value.B)) as unknown;
  throw new TypeError(`expected text, number, boolean, null, list, map or binary JSON, found a DynamoDB ${Object.keys(value).join()}`);
}

function encodeNumber(value: number): AttributeValue {
  if (!Number.isFinite(value)) throw new TypeError(`expected a finite number, found ${value}: it cannot be stored`);
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-125 && size < 1e125) ? { N: String(value) } : encodeAsText(value);
}

function encodeMap(value: object, depth: number): AttributeValue {
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  if (entries.some(([key]) => key === '' || key === '__proto__' || LONE_SURROGATE.test(key))) return encodeAsText(value);
  return { M: Object.fromEntries(entries.map(([key, entry]) => [key, encode(entry, depth + 1)])) };
}

function encodeAsText(value: unknown): AttributeValue {
  return { B: text.encode(JSON.stringify(value)) };
}
