import { beforeEach, describe, expect, it } from 'vitest';
import type { RunStore } from './run-store.js';
import type { StoreUnderTest } from './run-store.contract.js';
import { NOON, REPOSITORY } from './samples.contract.js';

const request = (names: readonly string[]) => ({ names, classId: 'go', scope: 'repo-12', limits: { all: 3, perScope: 2, perClass: 2 } });

/** Small facts, scopes, capacity memory. */
export function describeInstallation(subject: () => StoreUnderTest): void {
  describe('the installation', () => {
    let store: RunStore;
    beforeEach(() => {
      store = subject().store;
    });

    it('keeps small facts, the last write of which wins', async () => {
      expect(await store.readMeta('PAUSE')).toBeUndefined();
      for (const value of [true, null, ['go', ''], { at: NOON, 'ke\ud800y': [{ '': 1 }], deep: { list: [1.5, -2, 1e300] } }]) {
        await store.writeMeta('PAUSE', value);
        expect(await subject().beside.readMeta('PAUSE')).toEqual(value);
      }
      await expect(store.writeMeta('SCOPE#x', 1)).rejects.toThrow('expected a key such as PAUSE');
    });

    it('keeps what was run again by run and name of the job, whatever the name', async () => {
      const note = { runId: 901, job: 'é'.repeat(300), at: NOON, runner: 'tinqs-ci-k3-go-c.1.0' };
      for (const at of [NOON, NOON + 1]) await store.noteRerun({ ...note, at });

      expect(await subject().beside.recallRerun(note)).toEqual({ ...note, at: NOON + 1 });
      expect(await store.recallRerun({ ...note, runId: 90 })).toBeUndefined();
      expect(await store.recallRerun({ ...note, job: 'é'.repeat(299) })).toBeUndefined();
    });

    it('lists noted scopes until they are forgotten', async () => {
      await store.noteScope(REPOSITORY);
      await store.noteScope({ kind: 'owner', name: 'Acme' });
      await store.noteScope({ ...REPOSITORY, kind: 'repository', id: 12, fullName: 'acme/renamed' });

      expect(await store.listScopes()).toEqual([{ kind: 'owner', name: 'Acme' }, { kind: 'repository', id: 12, fullName: 'acme/renamed' }]);
      await store.forgetScope('owner-acme');
      await store.forgetScope('owner-acme');
      expect(await store.listScopes()).toHaveLength(1);
    });

    it('does not forget a scope that was noted again since it was listed', async () => {
      await store.noteScope(REPOSITORY);
      await store.listScopes();
      await subject().beside.noteScope(REPOSITORY);

      await store.forgetScope('repo-12');

      expect(await store.listScopes()).toEqual([REPOSITORY]);
    });

    it('keeps the plan of a forgotten scope: an epoch must not come twice', async () => {
      await store.noteScope(REPOSITORY);
      await store.savePlan(REPOSITORY, { epoch: 1, grants: [] });
      await store.takeCap(request(['a']));

      await store.forgetScope('repo-12');

      expect((await store.loadScope('repo-12')).plan.epoch).toBe(1);
      expect(await store.listCapHolders()).toHaveLength(1);
    });

    it('takes a place again for a scope that was forgotten', async () => {
      await store.takeCap(request(['a']));
      await store.releaseCap(await store.listCapHolders());
      await store.forgetScope('repo-12');

      expect(await store.takeCap(request(['b']))).toEqual({ kind: 'taken' });
    });

    it('remembers one rest for each pool and one breaker for each class and AMI', async () => {
      const pool = { instanceType: 't3.small', subnet: 'subnet-1', market: 'spot' } as const;
      const rest = (failures: number, market: 'spot' | 'on-demand' = 'spot') => ({ pool: { ...pool, market }, cause: 'capacity', code: 'InsufficientInstanceCapacity', failures, until: NOON }) as const;
      const breaker = (amiId: string, openUntil: number | null) => ({ classId: 'go', amiId, failures: [{ poolKey: 'p', at: NOON }], openUntil });

      for (const each of [rest(1), rest(2), rest(1, 'on-demand')]) await store.saveRest(each);
      for (const each of [breaker('ami-1', null), breaker('ami-2', NOON), breaker('ami-1', NOON)]) await store.saveBreaker(each);

      expect(new Set(await store.listRests())).toEqual(new Set([rest(2), rest(1, 'on-demand')]));
      expect(new Set(await store.listBreakers())).toEqual(new Set([breaker('ami-1', NOON), breaker('ami-2', NOON)]));
    });
  });
}
