/**
 * Values as Gitea's decoder makes them. JavaScript cannot tell `1` from `1.0`, and a matrix can: integers are numbers
 * (bigint beyond 2^53), floats are wrapped.
 */
export type GoValue = null | boolean | number | bigint | string | GoTime | GoFloat | readonly GoValue[] | GoMap;

export interface GoFloat {
  readonly kind: 'float';
  readonly value: number;
}

export interface GoTime {
  readonly kind: 'time';
  readonly at: Date;
  /** Minutes ahead of UTC, as written. */
  readonly offset: number;
  /** The fraction of the second as written, without trailing zeros: `.12`, or empty. */
  readonly fraction: string;
}

/** `general`: some key is no string; expressions cannot look into such a map. */
export interface GoMap {
  readonly kind: 'map';
  readonly general: boolean;
  readonly entries: ReadonlyMap<string, GoValue>;
  /** The keys as values, where they are no strings; by the text that stands for them in `entries`. */
  readonly keys?: ReadonlyMap<string, GoValue>;
}

export const isList = (value: GoValue | undefined): value is readonly GoValue[] => Array.isArray(value);
export const isMapping = (value: GoValue | undefined): value is GoMap => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'map';
export const isFloat = (value: GoValue | undefined): value is GoFloat => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'float';

export const isTime = (value: GoValue | undefined): value is GoTime => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'time';

export function mapOf(entries: Iterable<readonly [string, GoValue]>): GoMap {
  return { kind: 'map', general: false, entries: new Map(entries) };
}

/** Not a number is equal to nothing, itself included. No text in quotes holds this character. */
const notEqual = '\0';

/** Whether two values are deeply equal in Go, types included. */
export function isSame(a: GoValue, b: GoValue): boolean {
  const identity = identityOf(a);
  return identity === identityOf(b) && !identity.includes(notEqual);
}

function identityOf(value: GoValue): string {
  if (isList(value)) return `[${value.map(identityOf).join()}]`;
  if (isMapping(value)) return `${value.general ? 'g' : ''}{${[...value.entries].map(([key, item]) => `${JSON.stringify(key)}:${identityOf(item)}`).sort().join()}}`;
  if (isFloat(value)) return Number.isNaN(value.value) ? notEqual : `f${value.value}`;
  if (isTime(value)) return `t${value.at.getTime()}${value.fraction} ${value.offset}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
