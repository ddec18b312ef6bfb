import type { Recorded } from './vector.js';

/** Compares plain data without regard to the order of keys; what is `undefined` is not there. */
export const same = (one: Recorded, other: Recorded): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

export function sorted(value: Recorded): Recorded {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** The fields in which an answer differs: `must` have to be there, `may` count only when they are. */
export function differing(expected: Recorded, answer: Recorded, must: readonly string[], may: readonly string[] = []): string[] {
  return [...must.filter((key) => !same(expected[key], answer?.[key])), ...may.filter((key) => answer?.[key] !== undefined && !same(expected[key], answer[key]))];
}

/** Matrix values in one form: coded ones (`$float`, `$int`, `$time`, `$map`) are decoded, and numbers JSON cannot hold become text. */
export function plain(value: Recorded): Recorded {
  if (typeof value === 'bigint' || (typeof value === 'number' && !(Math.abs(value) <= 2 ** 53))) return String(value);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (value.$float !== undefined) return plain(Number(value.$float.replace(/Inf$/, 'Infinity').replace('+', '')));
  if (value.$int !== undefined || value.$time !== undefined) return value.$int ?? value.$time;
  if (value.$map !== undefined) return plain(value.$map);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
