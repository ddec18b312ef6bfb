import type { Written } from '@tinqs/fleet';
import { attemptSlot } from './attempt.js';
import { frozen } from './frozen.js';

interface Entry<Content> {
  readonly content: Content;
  readonly version: number;
  /** Who wrote which of the eight newest versions; the object itself names the attempt. */
  readonly slots: { readonly [slot: string]: Content };
}

/** Items of one kind by key, each write guarded by the version that it saw. */
export interface MemoryVersions<Content> {
  write(key: string, content: Content, version: number, expected: number | null): Written<Content>;
  delete(key: string, version?: number): void;
  get(key: string): Content | undefined;
  /** In key order, as a query answers. */
  list(): readonly Content[];
}

export function createMemoryVersions<Content extends object>(): MemoryVersions<Content> {
  const entries = new Map<string, Entry<Content>>();
  return {
    write(key, content, version, expected) {
      const stored = entries.get(key);
      const slot = attemptSlot(version);
      if (expected === null ? stored === undefined : stored?.version === expected) {
        entries.set(key, { content: frozen(content), version, slots: { ...stored?.slots, [slot]: content } });
        return { kind: 'written', item: content };
      }
      return stored?.slots[slot] === content ? { kind: 'written', item: content } : { kind: 'conflict', current: stored?.content };
    },
    delete(key, version) {
      if (version === undefined || entries.get(key)?.version === version) entries.delete(key);
    },
    get: (key) => entries.get(key)?.content,
    list: () => [...entries.keys()].sort().map((key) => entries.get(key)!.content),
  };
}
