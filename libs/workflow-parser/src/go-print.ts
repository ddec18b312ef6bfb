import { isFloat, isList, isMapping } from './go-value.js';
import type { GoTime, GoValue } from './go-value.js';

/** Prints a value as Go prints it (`%v`), which is how matrix values come into a job's name. */
export function printGo(value: GoValue): string {
  if (value === null) return '<nil>';
  if (isList(value)) return `[${value.map(printGo).join(' ')}]`;
  if (isFloat(value)) return printFloat(value.value);
  if (isMapping(value)) {
    const entries = [...value.entries].map(([key, item]) => [value.keys?.get(key) ?? key, item] as const).sort(([a], [b]) => compareKeys(a, b));
    return `map[${entries.map(([key, item]) => `${printGo(key)}:${printGo(item)}`).join(' ')}]`;
  }
  return typeof value === 'object' ? printTime(value) : String(value);
}

function compareKeys(a: GoValue, b: GoValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  // Among different types Go's order is that of its type table: texts come first.
  if (typeof a !== typeof b) return typeof a === 'string' ? -1 : 1;
  return compareBytes(String(a), String(b));
}

/** Orders texts by their UTF-8 bytes, as Go does; JavaScript's own order differs beyond the basic plane. */
export function compareBytes(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left === right) continue;
    // Surrogates stand for what lies above U+FFFF.
    const [leftHigh, rightHigh] = [left >= 0xd800 && left < 0xe000, right >= 0xd800 && right < 0xe000];
    return leftHigh === rightHigh ? left - right : leftHigh ? 1 : -1;
  }
  return a.length - b.length;
}

/** The shortest text that reads back as the number, with an exponent below 1e-4 and from 1e6 on. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  return exponent < -4 || exponent >= 6 ? `${mantissa}e${exponentOf(exponent)}` : String(value);
}

export function exponentOf(exponent: number): string {
  const digits = String(Math.abs(exponent));
  return `${exponent < 0 ? '-' : '+'}${digits.length < 2 ? `0${digits}` : digits}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

function printTime({ at, offset, fraction }: GoTime): string {
  const local = new Date(at.getTime() + offset * 60_000);
  const zone = offset === 0 ? '+0000' : zoneOf(offset);
  return `${local.getUTCFullYear()}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}${fraction} ${zone} ${offset === 0 ? 'UTC' : zone}`;
}

function zoneOf(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}
