import type { CapHolder, CapOutcome, CapRequest } from '@tinqs/fleet';
import { fullCap, snapshotOf } from './cap.js';
import { frozen } from './frozen.js';

export function createMemoryCap(now: () => number) {
  const holders = new Map<string, CapHolder>();
  return {
    async takeCap(request: CapRequest): Promise<CapOutcome> {
      const more = [...new Set(request.names)].filter((name) => !holders.has(name));
      const { all, perClass, perScope } = request.limits;
      // Nobody is counted while all together would fit under the smallest cap.
      if (more.length > 0 && holders.size + more.length > Math.min(all, perClass, perScope)) {
        const snapshot = snapshotOf(holders.values());
        const cap = fullCap(snapshot, request, more.length);
        if (cap !== null) return { kind: 'full', cap, snapshot };
      }
      for (const name of more) holders.set(name, frozen({ name, classId: request.classId, scope: request.scope, since: now() }));
      return { kind: 'taken' };
    },
    async releaseCap(released: readonly CapHolder[]): Promise<void> {
      for (const { name } of released) holders.delete(name);
    },
    async listCapHolders(): Promise<readonly CapHolder[]> {
      return [...holders.values()].sort((left, right) => left.since - right.since || (left.name < right.name ? -1 : 1));
    },
  };
}
