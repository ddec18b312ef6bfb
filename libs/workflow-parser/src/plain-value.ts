import { isFloat, isList, isMapping, isTime } from './go-value.js';
import type { GoValue } from './go-value.js';
import type { YamlRecord, YamlValue } from './job.js';

/** Turns a value into plain JavaScript: floats to numbers, times to dates, maps to objects, or to a Map where a key is no text. */
export function plainValue(value: GoValue): YamlValue {
  if (isList(value)) return value.map(plainValue);
  if (isFloat(value)) return value.value;
  if (isTime(value)) return value.at;
  if (!isMapping(value)) return value;
  if (!value.general) return plainRecord(value.entries);
  return new Map([...value.entries].map(([key, item]) => [plainValue(value.keys?.get(key) ?? key), plainValue(item)]));
}

/** An object without a prototype's names: `__proto__` as a key is a key. */
export function plainRecord(entries: ReadonlyMap<string, GoValue>): YamlRecord {
  return Object.fromEntries([...entries].map(([key, item]) => [key, plainValue(item)]));
}

