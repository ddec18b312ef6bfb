import { newestGitea } from './gitea-version.js';
import type { GiteaVersion } from './gitea-version.js';
import type { GoMap, GoValue } from './go-value.js';
import { isList, isMapping } from './go-value.js';
import { followAlias } from './yaml-node.js';
import type { YamlNode } from './yaml-node.js';
import { resolveScalar } from './yaml-scalar.js';
import type { ScalarValue } from './yaml-scalar.js';

/** What a section must look like, as Gitea declares it. A struct takes any other key without looking at its value. */
export type Shape =
  | 'string'
  | 'bool'
  | 'int'
  | 'any'
  /** Kept as it is, not decoded: nothing in it can be wrong. */
  | 'node'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> }
  /** A text, or the map. */
  | { readonly textOr: Shape }
  /** Decoded twice; the first result is kept. */
  | { readonly both: readonly [Shape, Shape] }
  /** Wrong types in here count only once the jobs are parsed. */
  | { readonly jobsOnly: Shape };

/** A decoded section: a struct is a map of its fields, a list is an array, a node is itself. Undefined: nothing was set. */
export type Decoded = undefined | null | boolean | string | GoValue | YamlNode | readonly Decoded[] | DecodedMap;
export interface DecodedMap {
  readonly kind: 'decoded';
  readonly entries: ReadonlyMap<string, Decoded>;
  /** The key and value nodes behind them. */
  readonly nodes: ReadonlyMap<string, { readonly key: YamlNode; readonly value: YamlNode }>;
}

export interface DecodeReport {
  (node: YamlNode, code: string, message: string, jobsOnly?: boolean): void;
}

/** Ends a decoding at once, as opposed to a wrong type, after which the rest is still looked at. */
class DecodingEnded extends Error {
  override readonly name = 'DecodingEnded';
}

interface Decoding {
  readonly report: DecodeReport;
  readonly gitea: GiteaVersion;
  readonly open: Set<YamlNode>;
  steps: number;
  jobsOnly: boolean;
  aliasSteps: number;
  aliasDepth: number;
  depth: number;
}

/** Gitea decodes 10,000 levels; the stack of Node holds fewer. */
const deepest = 1000;

/** The code of the problem that is not Gitea's but this library's: it cannot decode that deep. */
export const tooDeep = 'yaml-too-deep';

/** Decodes a node, reporting everything that does not fit. What could be decoded is returned all the same. */
export function decode(node: YamlNode, shape: Shape, gitea: GiteaVersion, report: DecodeReport): Decoded {
  const decoding: Decoding = { report, gitea, open: new Set(), steps: 0, jobsOnly: false, aliasSteps: 0, aliasDepth: 0, depth: 0 };
  try {
    return decodeNode(node, shape, decoding);
  } catch (error) {
    if (error instanceof DecodingEnded) return undefined;
    throw error;
  }
}

function end(decoding: Decoding, node: YamlNode, code: string, message: string): never {
  decoding.report(node, code, message, decoding.jobsOnly);
  throw new DecodingEnded(message);
}

function decodeNode(node: YamlNode, shape: Shape, decoding: Decoding): Decoded {
  decoding.steps++;
  if (decoding.aliasDepth > 0) decoding.aliasSteps++;
  if (decoding.aliasSteps > 100 && decoding.steps > 1000 && decoding.aliasSteps / decoding.steps > allowedAliasShare(decoding.steps)) {
    end(decoding, node, 'yaml-alias-bomb', 'almost everything here comes from aliases; write the values out, Gitea refuses such a file');
  }
  if (shape === 'node') return node;
  if (typeof shape === 'object' && ('both' in shape || 'jobsOnly' in shape)) return decodeTwice(node, shape, decoding);
  if (node.kind !== 'alias') {
    if (node.kind === 'scalar') return decodeContent(node, shape, decoding);
    if (++decoding.depth > deepest) end(decoding, node, tooDeep, `this is nested more than ${deepest} levels deep, which Gitea reads and this library does not; flatten it`);
    const decoded = decodeContent(node, shape, decoding);
    decoding.depth--;
    return decoded;
  }
  if (decoding.open.has(node)) end(decoding, node, 'yaml-alias-loop', `the anchor &${node.value} contains itself; remove the alias inside it`);
  decoding.open.add(node);
  decoding.aliasDepth++;
  const decoded = decodeNode(followAlias(node), shape, decoding);
  decoding.aliasDepth--;
  decoding.open.delete(node);
  return decoded;
}

function decodeTwice(node: YamlNode, shape: { both: readonly [Shape, Shape] } | { jobsOnly: Shape }, decoding: Decoding): Decoded {
  if ('both' in shape) {
    const kept = decodeNode(node, shape.both[0], decoding);
    decodeNode(node, shape.both[1], decoding);
    return kept;
  }
  const outside = decoding.jobsOnly;
  decoding.jobsOnly = true;
  const decoded = decodeNode(node, shape.jobsOnly, decoding);
  decoding.jobsOnly = outside;
  return decoded;
}

/** From 99 % of up to 400,000 steps down to 10 % of 4,000,000: the limits of Go's YAML. */
function allowedAliasShare(steps: number): number {
  return steps <= 400_000 ? 0.99 : steps >= 4_000_000 ? 0.1 : 0.99 - (0.89 * (steps - 400_000)) / 3_600_000;
}

function decodeContent(node: YamlNode, shape: Shape, decoding: Decoding): Decoded {
  if (typeof shape === 'object' && 'textOr' in shape) return isNull(node) ? undefined : decodeNode(node, node.kind === 'scalar' ? 'string' : shape.textOr, decoding);
  if (node.kind === 'scalar') return decodeScalar(node, shape, decoding);
  if (node.kind === 'seq') {
    if (shape !== 'any' && !(typeof shape === 'object' && 'list' in shape)) return wrongType(node, shape, decoding);
    const entry = shape === 'any' ? 'any' : shape.list;
    const list = [];
    for (const item of node.items) {
      const decoded = decodeNode(item, entry, decoding);
      if (decoded !== undefined) list.push(decoded);
    }
    return list;
  }
  if (typeof shape === 'object' && 'list' in shape) return wrongType(node, shape, decoding);
  if (typeof shape === 'string' && shape !== 'any') return wrongType(node, shape, decoding);
  if (!keysAreUnique(node, decoding)) return undefined;
  return shape === 'any' ? anyMap(node, decoding) : typedMap(node, shape as { map: Shape } | { fields: Record<string, Shape> }, decoding);
}

export const isNull = (node: YamlNode): boolean => node.kind === 'scalar' && resolveScalar(node, newestGitea).type === 'null';

function decodeScalar(node: YamlNode, shape: Shape, decoding: Decoding): Decoded {
  const scalar = resolveScalar(node, decoding.gitea);
  if (scalar.type === 'mismatch') end(decoding, node, 'yaml-tag', `"${node.value}" is no ${scalar.tag}; remove the tag or mend the value`);
  if (scalar.type === 'null') return shape === 'string' || shape === 'bool' || shape === 'int' ? undefined : null;
  if (shape === 'string') return node.tag === '!!binary' ? binaryOf(node, decoding) : node.value;
  if (shape === 'any') return node.tag === '!!binary' ? binaryOf(node, decoding) : valueOf(scalar);
  if (shape === 'bool') {
    if (scalar.type === 'bool') return scalar.value;
    // Only where a boolean is declared do the words of YAML 1.1 count.
    if (scalar.type === 'string' && /^(?:y|Y|yes|Yes|YES|on|On|ON)$/.test(scalar.value)) return true;
    if (scalar.type === 'string' && /^(?:n|N|no|No|NO|off|Off|OFF)$/.test(scalar.value)) return false;
  }
  if (shape === 'int' && (scalar.type === 'int' || scalar.type === 'float')) return valueOf(scalar);
  return wrongType(node, shape, decoding);
}

function valueOf(scalar: ScalarValue): GoValue {
  if (scalar.type === 'float') return { kind: 'float', value: scalar.value };
  return 'value' in scalar ? scalar.value : null;
}

function binaryOf(node: YamlNode, decoding: Decoding): string {
  const text = node.value.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) end(decoding, node, 'yaml-tag', 'this is tagged !!binary and is no base64; remove the tag');
  return atob(text);
}

function wrongType(node: YamlNode, shape: Shape, decoding: Decoding): undefined {
  decoding.report(node, 'wrong-type', `this is ${foundName(node)}, expected ${shapeName(shape)}`, decoding.jobsOnly);
  return undefined;
}

function foundName(node: YamlNode): string {
  return node.kind === 'map' ? 'a map' : node.kind === 'seq' ? 'a list' : `the value "${node.value.length > 40 ? `${node.value.slice(0, 40)}…` : node.value}"`;
}

function shapeName(shape: Shape): string {
  if (shape === 'string') return 'a text';
  if (shape === 'bool') return 'true or false';
  if (shape === 'int') return 'a number';
  if (typeof shape === 'object' && 'list' in shape) return 'a list';
  return typeof shape === 'object' && 'textOr' in shape ? 'a text or a map' : 'a map';
}

/** Gitea compares kind and text, so that two alias keys of one name or two maps as keys count as equal too. */
function keysAreUnique(node: YamlNode, decoding: Decoding): boolean {
  const seen = new Set<string>();
  let unique = true;
  for (let i = 0; i < node.items.length; i += 2) {
    const key = node.items[i] as YamlNode;
    const name = `${key.kind} ${key.value}`;
    if (seen.has(name)) {
      unique = false;
      decoding.report(key, 'duplicate-key', `the key "${key.value}" stands here twice; remove one`, decoding.jobsOnly);
    }
    seen.add(name);
  }
  return unique;
}

export function isMergeKey(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === '<<' && (node.tag === '!' || node.tag === '!!merge' || (node.tag === '' && node.plain));
}

function typedMap(node: YamlNode, shape: { map: Shape } | { fields: Record<string, Shape> }, decoding: Decoding): DecodedMap {
  const entries = new Map<string, Decoded>();
  const nodes = new Map<string, { key: YamlNode; value: YamlNode }>();
  const fields = 'fields' in shape ? shape.fields : undefined;
  const add = (key: YamlNode, value: YamlNode, taken: Set<string> | undefined): void => {
    const name = decodeNode(key, 'string', decoding);
    if (typeof name !== 'string' || taken?.has(name)) return;
    taken?.add(name);
    const expected = fields ? (Object.hasOwn(fields, name) ? fields[name] : undefined) : (shape as { map: Shape }).map;
    if (expected === undefined) return;
    if (fields && nodes.has(name)) return decoding.report(key, 'duplicate-key', `the key "${name}" stands here twice; remove one`, decoding.jobsOnly);
    nodes.set(name, { key, value });
    const decoded = decodeNode(value, expected, decoding);
    if (decoded !== undefined) entries.set(name, decoded);
    else if (!fields && isNull(followAlias(value)) && !entries.has(name)) entries.set(name, expected === 'string' ? '' : null);
  };
  eachPair(node, decoding, add);
  return { kind: 'decoded', entries, nodes };
}

function anyMap(node: YamlNode, decoding: Decoding): GoMap {
  const entries = new Map<string, GoValue>();
  const keys = new Map<string, GoValue>();
  let general = false;
  for (let i = 0; i < node.items.length; i += 2) {
    const key = node.items[i] as YamlNode;
    const type = key.kind === 'scalar' ? (key.tag.startsWith('!') && key.tag !== '!' && key.tag !== '!!str' && key.tag !== '!!merge' ? 'tagged' : resolveScalar(key, decoding.gitea).type) : key.kind;
    if (type !== 'string' && type !== 'merge') general = true;
  }
  const add = (key: YamlNode, value: YamlNode, taken: Set<string> | undefined): void => {
    const name = decodeNode(key, general ? 'any' : 'string', decoding) as GoValue | undefined;
    if (name === undefined) return;
    if (isList(name) || isMapping(name)) end(decoding, key, 'wrong-type', 'a map or a list cannot be a key here; quote it');
    const text = typeof name === 'string' ? name : `\0${typeof name} ${key.value}`;
    if (taken?.has(text)) return;
    taken?.add(text);
    const decoded = decodeNode(value, 'any', decoding) as GoValue | undefined;
    if (decoded === undefined) return;
    entries.set(text, decoded);
    if (typeof name !== 'string') keys.set(text, name);
  };
  eachPair(node, decoding, add);
  return { kind: 'map', general, entries, ...(keys.size > 0 ? { keys } : {}) };
}

type AddPair = (key: YamlNode, value: YamlNode, taken: Set<string> | undefined) => void;

/** Own keys first, then what `<<` merges, which never overrides them. Of several `<<` the last counts. */
function eachPair(node: YamlNode, decoding: Decoding, add: AddPair, taken?: Set<string>): void {
  let merged: YamlNode | undefined;
  for (let i = 0; i < node.items.length; i += 2) {
    const [key, value] = [node.items[i] as YamlNode, node.items[i + 1] as YamlNode];
    if (isMergeKey(key)) merged = value;
    else add(key, value, taken);
  }
  if (!merged) return;
  const own = taken ?? new Set(node.items.filter((_, index) => index % 2 === 0).map((key) => followAlias(key).value));
  const sources = merged.kind === 'seq' ? merged.items : [merged];
  for (const source of sources) {
    const target = followAlias(source);
    if (target.kind !== 'map') end(decoding, source, 'yaml-merge', '<< merges a map or a list of maps; this is neither');
    if (decoding.open.has(source)) end(decoding, source, 'yaml-alias-loop', `the anchor &${source.value} contains itself; remove the alias inside it`);
    decoding.open.add(source);
    if (source.kind === 'alias') decoding.aliasDepth++;
    if (++decoding.depth > deepest) end(decoding, source, tooDeep, `this merges through more than ${deepest} levels, which Gitea reads and this library does not; flatten it`);
    decoding.steps++;
    if (keysAreUnique(target, decoding)) eachPair(target, decoding, add, own);
    decoding.depth--;
    if (source.kind === 'alias') decoding.aliasDepth--;
    decoding.open.delete(source);
  }
}
