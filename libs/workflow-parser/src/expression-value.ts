import { NotKnownHere } from './gitea-failure.js';
import { isFloat, isList, isMapping, isTime, mapOf } from './go-value.js';
import type { GoMap, GoValue } from './go-value.js';
import { exponentOf } from './go-print.js';

/** A record of Gitea's own: fields are found by their name, whatever its capitals and underscores; one that is not there is `''`, not null. */
export interface GoRecord {
  readonly kind: 'record';
  readonly type: string;
  /** In Gitea's order, which `toJSON` shows. */
  readonly fields: ReadonlyMap<string, ExpressionValue>;
  /** Reached through a pointer, as `github` is: neither true nor comparable. */
  readonly pointer: boolean;
}

/** A pointer to nothing: `job`, and `github` while a file is tried. Whatever is asked of it is null. */
export interface GoNil {
  readonly kind: 'nil';
  readonly type: string;
}

/** A map that was never filled, such as `env`: it is empty, and `null` in JSON. So is a list that gathered nothing. */
export interface GoUnset {
  readonly kind: 'unset';
  readonly of: 'map' | 'list';
}

/** `needs`: a map of records. */
export interface GoRecords {
  readonly kind: 'records';
  readonly entries: ReadonlyMap<string, GoRecord>;
}

export type ExpressionValue = GoValue | GoRecord | GoRecords | GoNil | GoUnset;

export const float = (value: number): ExpressionValue => ({ kind: 'float', value });

const kindOf = (value: ExpressionValue): string => (typeof value === 'object' && value !== null && 'kind' in value ? value.kind : '');
export const isRecord = (value: ExpressionValue): value is GoRecord => kindOf(value) === 'record';
export const isRecords = (value: ExpressionValue): value is GoRecords => kindOf(value) === 'records';
export const isNil = (value: ExpressionValue): value is GoNil => kindOf(value) === 'nil';
export const isUnset = (value: ExpressionValue): value is GoUnset => kindOf(value) === 'unset';

/** Go's kind of a value, as far as comparing and converting tell kinds apart. */
export function goKind(value: ExpressionValue): 'invalid' | 'bool' | 'string' | 'int' | 'uint' | 'float' | 'list' | 'map' | 'struct' | 'pointer' {
  if (value === null) return 'invalid';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'bigint') return value > 9_223_372_036_854_775_807n ? 'uint' : 'int';
  if (isList(value as GoValue)) return 'list';
  if (isFloat(value as GoValue)) return 'float';
  if (isTime(value as GoValue)) return 'struct';
  if (isNil(value)) return 'pointer';
  if (isRecord(value)) return value.pointer ? 'pointer' : 'struct';
  return isUnset(value) ? value.of : 'map';
}

export function isTruthy(value: ExpressionValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value !== '';
  const kind = goKind(value);
  if (kind === 'int') return Number(value) !== 0;
  if (kind === 'float') return Number.isFinite(numberOf(value)) ? numberOf(value) !== 0 : !Number.isNaN(numberOf(value));
  return kind === 'list' || kind === 'map';
}

/** The number of an int or float. */
export function numberOf(value: ExpressionValue): number {
  return isFloat(value as GoValue) ? (value as { value: number }).value : Number(value);
}

/** A text for output: a list is `Array`, a map `Object`, null is empty. */
export function textOf(value: ExpressionValue): string {
  switch (goKind(value)) {
    case 'invalid':
      return '';
    case 'float':
      return floatText(numberOf(value));
    case 'list':
      return 'Array';
    case 'map':
      return 'Object';
    case 'uint':
      return '<uint64 Value>';
    case 'pointer':
      return `<*${typeName(value)} Value>`;
    case 'struct':
      return `<${typeName(value)} Value>`;
    default:
      return String(value);
  }
}

const typeName = (value: ExpressionValue): string => (isRecord(value) || isNil(value) ? value.type : 'time.Time');

/** Fifteen digits, with an exponent (in capitals) below 1e-4 and from 1e15 on. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponentText = '0'] = value.toExponential(14).split('e');
  const exponent = Number(exponentText);
  const mantissa = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
  if (exponent < -4 || exponent >= 15) return `${mantissa}E${exponentOf(exponent)}`;
  return value.toFixed(Math.max(0, mantissa.replace(/[-.]/g, '').length - 1 - exponent));
}

/** JSON as a value: its numbers are floats, as in Gitea. */
export function fromJson(json: unknown, depth = 0): GoValue {
  if (depth > 1000) throw new NotKnownHere('a value of the event or of fromJSON() is nested more than 1000 levels deep');
  if (typeof json === 'number') return { kind: 'float', value: json };
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (Array.isArray(json)) return json.map((item) => fromJson(item, depth + 1));
  if (typeof json === 'object' && json !== null) return jsonMap(json, depth);
  return null;
}

function jsonMap(json: object, depth: number): GoMap {
  return mapOf(Object.entries(json).map(([key, value]) => [key, fromJson(value, depth + 1)] as const));
}

export function isContainer(value: ExpressionValue): value is GoMap | GoRecords {
  return isMapping(value as GoValue) || isRecords(value);
}
