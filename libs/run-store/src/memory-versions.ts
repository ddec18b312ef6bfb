import type { Written } from '@tinqs/fleet';
import { attemptSlot } from './attempt.js';
import type { Keep } from './frozen.js';

interface Entry<Content> {
  content: Content;
  version: number;
  /** Who wrote which of the eight newest versions; the object itself names the attempt. */
  readonly slots: Map<string, Content>;
}

/** Items of one kind by key, each write guarded by the version that it saw. */
export interface MemoryVersions<Content> {
  write(key: string, content: Content, version: number, expected: number | null): Written<Content>;
  delete(key: string, version?: number): void;
  get(key: string): Content | undefined;
  /** In key order, as a query answers. */
  list(): readonly Content[];
}

export function createMemoryVersions<Content extends object>(keep: Keep): MemoryVersions<Content> {
  const entries = new Map<string, Entry<Content>>();
  // Lists are asked for far more often than keys come and go; one that was handed out is never changed.
  let keys: readonly string[] | undefined;
  let listed: readonly Content[] | undefined;
  return {
    write(key, content, version, expected) {
      const stored = entries.get(key);
      const slot = attemptSlot(version);
      if (expected === null ? stored === undefined : stored?.version === expected) {
        keep(content);
        listed = undefined;
        if (stored === undefined) {
          entries.set(key, { content, version, slots: new Map([[slot, content]]) });
          keys = undefined;
        } else {
          stored.content = content;
          stored.version = version;
          stored.slots.set(slot, content);
        }
        return { kind: 'written', item: content };
      }
      return stored?.slots.get(slot) === content ? { kind: 'written', item: content } : { kind: 'conflict', current: stored?.content };
    },
    delete(key, version) {
      if (version !== undefined && entries.get(key)?.version !== version) return;
      entries.delete(key);
      keys = listed = undefined;
    },
    get: (key) => entries.get(key)?.content,
    list: () => (listed ??= keep((keys ??= [...entries.keys()].sort()).map((key) => entries.get(key)!.content))),
  };
}
