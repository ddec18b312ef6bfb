import { decode, tooDeep } from './go-decode.js';
import type { GiteaVersion } from './gitea-version.js';
import { GiteaError, GiteaPanic, NotKnownHere } from './gitea-failure.js';
import { compareBytes, printGo } from './go-print.js';
import { isList, isMapping, isSame } from './go-value.js';
import type { GoMap, GoValue } from './go-value.js';
import { readingRules } from './reading-rules.js';
import type { YamlNode } from './yaml-node.js';

/** One combination: the value of each key. Empty: a single job without a matrix. */
export type Combination = ReadonlyMap<string, GoValue>;

/** Gitea has no limit; a file that asks for more than this is not meant, and would not fit in memory. */
const most = 100_000;

/** All combinations of a matrix in Gitea's order. Throws where Gitea makes no run of it, or panics. */
export function combinationsOf(matrix: YamlNode | undefined, gitea: GiteaVersion): readonly Combination[] {
  const lists = listsOf(matrix, gitea);
  if (!lists) return [new Map()];
  const keys = new Set(lists.keys());
  const { shared, extra } = includesOf(lists.get('include') ?? [], keys);
  lists.delete('include');
  keys.delete('include');
  const excludes = excludesOf(lists.get('exclude') ?? [], keys);
  lists.delete('exclude');
  keys.delete('exclude');

  const combinations = product(lists).filter((combination) => !excludes.some((exclude) => agreesOnShared(combination, exclude)));
  for (const include of shared) {
    const fitting = combinations.filter((combination) => agreesOnShared(combination, include, keys));
    for (const combination of fitting) for (const [key, value] of include) combination.set(key, value);
    if (fitting.length === 0) extra.push(include);
  }
  const all: Combination[] = [...combinations, ...extra.map((include) => new Map(include))];
  return all.length === 0 ? [new Map()] : inOrder(all);
}

function inOrder(combinations: readonly Combination[]): readonly Combination[] {
  return combinations.map((combination) => [printCombination(combination), combination] as const).sort(([a], [b]) => compareBytes(a, b)).map(([, combination]) => combination);
}

/** `(v1, v2)`: the values in the order of their keys, which is also what combinations are sorted by. */
export function printCombination(combination: Combination): string {
  return `(${[...combination].sort(([a], [b]) => compareBytes(a, b)).map(([, value]) => printGo(value)).join(', ')})`;
}

/** Undefined: Gitea drops the whole matrix, without a word. */
export function listsOf(matrix: YamlNode | undefined, gitea: GiteaVersion): Map<string, readonly GoValue[]> | undefined {
  if (matrix?.kind !== 'map') return undefined;
  return readingRules[gitea].wrapsMatrixValues ? (flexibleLists(matrix, gitea) ?? strictLists(matrix, gitea)) : strictLists(matrix, gitea);
}

function strictLists(matrix: YamlNode, gitea: GiteaVersion): Map<string, readonly GoValue[]> | undefined {
  const decoded = decodeMap(matrix, { list: 'any' }, gitea);
  return decoded && new Map([...decoded].map(([key, value]) => [key, value === null ? [] : (value as readonly GoValue[])]));
}

/** 1.27 takes a single value as a list of one. A map still drops the matrix; a decoding that fails falls back to lists only. */
function flexibleLists(matrix: YamlNode, gitea: GiteaVersion): Map<string, readonly GoValue[]> | undefined {
  const decoded = decodeMap(matrix, 'any', gitea);
  if (!decoded) return undefined;
  const lists = new Map<string, readonly GoValue[]>();
  for (const [key, value] of decoded) {
    if (isMapping(value) && !value.general) return undefined;
    lists.set(key, isList(value) ? value : [value]);
  }
  return lists;
}

function decodeMap(matrix: YamlNode, value: 'any' | { list: 'any' }, gitea: GiteaVersion): ReadonlyMap<string, GoValue> | undefined {
  let fits = true;
  const decoded = decode(matrix, { map: value }, gitea, (_, code, message) => {
    if (code === tooDeep) throw new NotKnownHere(message);
    fits = false;
  });
  return fits && decoded && typeof decoded === 'object' && 'entries' in decoded ? (decoded.entries as ReadonlyMap<string, GoValue>) : undefined;
}

type Entries = ReadonlyMap<string, GoValue>;

function includesOf(list: readonly GoValue[], keys: ReadonlySet<string>): { shared: Entries[]; extra: Entries[] } {
  const shared: Entries[] = [];
  const extra: Entries[] = [];
  for (const entry of list) {
    if (entry === null) continue;
    for (const include of isList(entry) ? entry : [entry]) {
      const entries = entriesOf(include, 'include');
      ([...entries.keys()].some((key) => keys.has(key)) ? shared : extra).push(entries);
    }
  }
  return { shared, extra };
}

function excludesOf(list: readonly GoValue[], keys: ReadonlySet<string>): readonly Entries[] {
  return list.map((entry) => {
    const entries = entriesOf(entry, 'exclude');
    for (const key of entries.keys()) if (!keys.has(key)) throw new GiteaError(`the matrix excludes by "${key}", which is no key of the matrix`);
    return entries;
  }).filter((entries) => entries.size > 0);
}

function entriesOf(value: GoValue, where: string): Entries {
  if (!isMapping(value) || value.general) throw new GiteaPanic(`an entry of the matrix's "${where}" is no map of names, and Gitea takes it for one`);
  return (value as GoMap).entries;
}

/** Every key that both have (and, if given, that the matrix had to begin with) has the same value in both. */
function agreesOnShared(combination: Combination, entry: Entries, among?: ReadonlySet<string>): boolean {
  for (const [key, value] of entry) {
    const own = combination.get(key);
    if (own !== undefined && (among?.has(key) ?? true) && !isSame(own, value)) return false;
  }
  return true;
}

function product(lists: ReadonlyMap<string, readonly GoValue[]>): Map<string, GoValue>[] {
  if (lists.size === 0) return [];
  let count = 1;
  for (const values of lists.values()) count *= values.length;
  if (count > most) throw new NotKnownHere(`the matrix has ${count} combinations; this library computes ${most} at most`);
  let combinations: Map<string, GoValue>[] = [new Map()];
  for (const [key, values] of lists) combinations = combinations.flatMap((combination) => values.map((value) => new Map(combination).set(key, value)));
  return combinations;
}
