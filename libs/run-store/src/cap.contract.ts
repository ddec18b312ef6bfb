import { beforeEach, describe, expect, it } from 'vitest';
import type { RunStore } from './run-store.js';
import type { StoreUnderTest } from './run-store.contract.js';
import { NOON } from './samples.contract.js';

const LIMITS = { all: 3, perScope: 2, perClass: 2 };
const request = (names: readonly string[], fields: object = {}) => ({ names, classId: 'go', scope: 'repo-12', limits: LIMITS, ...fields });

/** Caps hold whoever takes and releases at once. */
export function describeCaps(subject: () => StoreUnderTest): void {
  describe('caps', () => {
    let store: RunStore;
    beforeEach(() => {
      store = subject().store;
    });

    it('takes all names or none, and says which cap is full', async () => {
      expect(await store.takeCap(request(['a', 'b']))).toEqual({ kind: 'taken' });
      expect(await store.takeCap(request(['c'], { scope: 'repo-1' }))).toMatchObject({ kind: 'full', cap: 'class' });
      expect(await store.takeCap(request(['c'], { classId: 'node' }))).toMatchObject({ kind: 'full', cap: 'scope' });
      expect(await store.takeCap(request(['c', 'd'], { classId: 'node', scope: 'repo-1' }))).toEqual({ kind: 'full', cap: 'all', snapshot: { all: 2, byClass: { go: 2 }, byScope: { 'repo-12': 2 } } });
      expect((await store.listCapHolders()).map(({ name: each }) => each)).toEqual(['a', 'b']);
    });

    it('counts names that are held once', async () => {
      await store.takeCap(request(['a', 'b']));

      expect(await store.takeCap(request(['a', 'b']))).toEqual({ kind: 'taken' });
      expect(await store.takeCap(request(['a', 'a'], { limits: { all: 2, perScope: 2, perClass: 2 } }))).toEqual({ kind: 'taken' });
      expect(await store.takeCap(request(['b', 'c']))).toMatchObject({ kind: 'full' });
      expect(await store.takeCap(request(['b', 'c'], { limits: { all: 3, perScope: 3, perClass: 3 } }))).toEqual({ kind: 'taken' });
      expect(await store.listCapHolders()).toHaveLength(3);
    });

    it('takes without limit where none is named, and nothing for no names', async () => {
      expect(await store.takeCap(request(['a', 'b', 'c', 'd'], { limits: { all: Infinity, perScope: Infinity, perClass: Infinity } }))).toEqual({ kind: 'taken' });
      expect(await store.takeCap(request([], { limits: { all: 0, perScope: 0, perClass: 0 } }))).toEqual({ kind: 'taken' });
      expect(await store.takeCap(request(['e'], { limits: { all: 0, perScope: 0, perClass: 0 } }))).toMatchObject({ kind: 'full', cap: 'all' });
    });

    it('says who holds a place since when', async () => {
      subject().clock.now = NOON;
      await store.takeCap(request(['a']));
      subject().clock.now = NOON + 5;
      await store.takeCap(request(['a', '0'], { limits: { all: 9, perScope: 9, perClass: 9 } }));

      expect(await subject().beside.listCapHolders()).toEqual([
        { name: 'a', classId: 'go', scope: 'repo-12', since: NOON },
        { name: '0', classId: 'go', scope: 'repo-12', since: NOON + 5 },
      ]);
    });

    it('releases, again as well as once, and leaves nothing behind whatever the caller believes', async () => {
      await store.takeCap(request(['a', 'b']));

      await store.releaseCap([{ name: 'a', classId: 'wrong', scope: 'repo-0', since: 0 }]);
      await store.releaseCap([{ name: 'a', classId: 'go', scope: 'repo-12', since: 0 }]);
      await store.releaseCap([]);
      await store.takeCap(request(['a']));
      await store.releaseCap(['a', 'a'].map((each) => ({ name: each, classId: 'go', scope: 'repo-12', since: 0 })));

      expect((await store.listCapHolders()).map(({ name: each }) => each)).toEqual(['b']);
      expect(await store.takeCap(request(['c']))).toEqual({ kind: 'taken' });
      expect(await store.takeCap(request(['d']))).toMatchObject({ kind: 'full', snapshot: { all: 2 } });
    });

    it('never holds more than a cap when many take and release at once', async () => {
      const limits = { all: 4, perScope: 4, perClass: 4 };
      let most = 0;
      const worker = async (index: number): Promise<void> => {
        const side = index % 2 === 0 ? store : subject().beside;
        const names = [`${index}-a`, `${index}-b`];
        for (let round = 0; round < 3; round += 1) {
          const outcome = await side.takeCap(request(names, { limits }));
          most = Math.max(most, (await side.listCapHolders()).length);
          if (outcome.kind === 'taken') await side.releaseCap(names.map((each) => ({ name: each, classId: 'go', scope: 'repo-12', since: 0 })));
        }
      };

      await Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)));

      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(4);
      expect(await store.listCapHolders()).toEqual([]);
    });
  });
}
