import type { CapHolder, CapOutcome, CapRequest, ScopeKey } from '@tinqs/fleet';
import { decode, encode, type Item } from './attribute-value.js';
import { fullCap, snapshotOf } from './cap.js';
import { StoreContentionError } from './errors.js';
import { capKey, keyPart } from './item-key.js';
import { checkSchema, SCHEMA_VERSION } from './item-schema.js';
import type { Change, TableClient } from './table-client.js';

/** More in one call would pass the 4 KB that an expression may have. The plan grants ten at most. */
const MOST_NAMES = 40;
const ATTEMPTS = 20;

const classMap = (classId: string): string => `class:${keyPart(classId)}`;
const scopeMap = (scope: ScopeKey): string => `scope:${keyPart(scope)}`;
const isHolderMap = (attribute: string): boolean => attribute === 'all' || attribute.startsWith('class:') || attribute.startsWith('scope:');

/** The `CAP` item: flat maps from holder to when it came, one for all, one per class, one per scope. */
export interface CapItem {
  take(request: CapRequest, since: number): Promise<CapOutcome>;
  release(names: readonly string[]): Promise<void>;
  list(): Promise<readonly CapHolder[]>;
  /** Drops a scope's map if nobody holds a place in it. */
  dropScope(scope: ScopeKey): Promise<void>;
}

export function createCapItem(table: TableClient): CapItem {
  return {
    async take(request, since) {
      const names = [...new Set(request.names)];
      if (names.length === 0) return { kind: 'taken' };
      if (names.length > MOST_NAMES) throw new RangeError(`expected at most ${MOST_NAMES} names in one call, found ${names.length}: take them in parts`);
      let held: readonly string[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const outcome = await table.update(capKey, takeChange(request, names, held, since));
        if (outcome.kind === 'written') return { kind: 'taken' };
        const item = outcome.found;
        if (item === undefined || !hasMaps(item, request)) {
          await table.update(capKey, makeMaps(request));
          continue;
        }
        const holders = holdersOf(item);
        const there = new Set(holders.map((holder) => holder.name));
        held = names.filter((name) => there.has(name));
        if (held.length === names.length) return { kind: 'taken' };
        const snapshot = snapshotOf(holders);
        const cap = fullCap(snapshot, request, names.length - held.length);
        if (cap !== null) return { kind: 'full', cap, snapshot };
      }
      throw new StoreContentionError('takeCap', ATTEMPTS);
    },

    async release(released) {
      const names = [...new Set(released)];
      for (let at = 0; at < names.length; at += MOST_NAMES) await releaseSome(table, names.slice(at, at + MOST_NAMES));
    },

    async list() {
      const item = await table.get(capKey);
      return item === undefined ? [] : holdersOf(item);
    },

    async dropScope(scope) {
      await table.update(capKey, { update: 'REMOVE #scope', condition: 'attribute_exists(#scope) AND size(#scope) = :none', names: { '#scope': scopeMap(scope) }, values: { ':none': encode(0) } });
    },
  };
}

/** All names or none: those in `held` must still be there, the others must not, and there must be room for these. */
function takeChange(request: CapRequest, names: readonly string[], held: readonly string[], since: number): Change {
  const more = names.length - held.length;
  // Not every DynamoDB takes the size of what is not there for a condition that does not hold.
  const conditions = ['attribute_exists(#all)', 'attribute_exists(#class)', 'attribute_exists(#scope)', 'size(#all) <= :all', 'size(#class) <= :class', 'size(#scope) <= :scope'];
  const sets = ['#v = :v'];
  const aliases: Record<string, string> = { '#v': 'v', '#all': 'all', '#class': classMap(request.classId), '#scope': scopeMap(request.scope) };
  names.forEach((name, index) => {
    aliases[`#${index}`] = name;
    if (held.includes(name)) {
      conditions.push(`attribute_exists(#all.#${index})`);
    } else {
      conditions.push(`attribute_not_exists(#all.#${index})`);
      sets.push(`#all.#${index} = :holder`, `#class.#${index} = :since`, `#scope.#${index} = :since`);
    }
  });
  return {
    update: `SET ${sets.join(', ')}`,
    condition: conditions.join(' AND '),
    names: aliases,
    values: {
      ':v': encode(SCHEMA_VERSION),
      ':holder': encode({ classId: request.classId, scope: request.scope, since }),
      ':since': encode(since),
      ':all': room(request.limits.all, more),
      ':class': room(request.limits.perClass, more),
      ':scope': room(request.limits.perScope, more),
    },
  };
}

function room(limit: number, more: number): ReturnType<typeof encode> {
  return encode(Number.isFinite(limit) ? limit - more : Number.MAX_SAFE_INTEGER);
}

function makeMaps(request: CapRequest): Change {
  return {
    update: 'SET #v = :v, #all = if_not_exists(#all, :empty), #class = if_not_exists(#class, :empty), #scope = if_not_exists(#scope, :empty)',
    names: { '#v': 'v', '#all': 'all', '#class': classMap(request.classId), '#scope': scopeMap(request.scope) },
    values: { ':v': encode(SCHEMA_VERSION), ':empty': encode({}) },
  };
}

function hasMaps(item: Item, request: CapRequest): boolean {
  return ['all', classMap(request.classId), scopeMap(request.scope)].every((attribute) => item[attribute]?.M !== undefined);
}

function holdersOf(item: Item): readonly CapHolder[] {
  checkSchema(item);
  const holders = Object.entries(item['all']?.M ?? {}).map(([name, value]) => ({ name, ...(decode(value) as Omit<CapHolder, 'name'>) }));
  return holders.sort((left, right) => left.since - right.since || (left.name < right.name ? -1 : 1));
}

/** Removes the names from whichever maps they are in: what the caller believes of class and scope leaves nothing behind. */
async function releaseSome(table: TableClient, names: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const item = await table.get(capKey);
    const paths: string[] = [];
    const aliases: Record<string, string> = {};
    for (const [map, value] of Object.entries(item ?? {})) {
      if (!isHolderMap(map)) continue;
      names.forEach((name, index) => {
        if (value.M === undefined || !Object.hasOwn(value.M, name)) return;
        const alias = `#m${Object.keys(item ?? {}).indexOf(map)}`;
        aliases[alias] = map;
        aliases[`#${index}`] = name;
        paths.push(`${alias}.#${index}`);
      });
    }
    if (paths.length === 0) return;
    try {
      await table.update(capKey, { update: `REMOVE ${paths.join(', ')}`, names: aliases });
      return;
    } catch (error) {
      // A map that was empty a moment later and dropped: its path is no longer valid. Look again.
      if (!(error instanceof Error) || error.name !== 'ValidationException' || !error.message.includes('document path')) throw error;
    }
  }
  throw new StoreContentionError('releaseCap', ATTEMPTS);
}
