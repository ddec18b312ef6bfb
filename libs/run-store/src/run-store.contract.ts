import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeCaps } from './cap.contract.js';
import { describeFinding } from './find-job.contract.js';
import { describeHistory } from './history.contract.js';
import { describeInstallation } from './installation.contract.js';
import type { RunStore } from './run-store.js';
import { job, jobRecord, NOON, REPOSITORY, runner } from './samples.contract.js';

export interface StoreUnderTest {
  readonly store: RunStore;
  /** The same items through another client, as another process sees them. */
  readonly beside: RunStore;
  readonly clock: { now: number };
  close(): Promise<void>;
}

/** What every store must do; `open` makes an empty one. `finding` is left out where only the expressions are in question. */
export function describeRunStore(name: string, open: () => Promise<StoreUnderTest>, { finding = true }: { readonly finding?: boolean } = {}): void {
  describe(name, () => {
    let subject: StoreUnderTest;
    let store: RunStore;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    describe('jobs', () => {
      it('creates a job once and answers the second with what is there', async () => {
        const first = job();

        const created = await store.createJob(first);
        const again = await subject.beside.createJob(job({ name: 'other' }));

        expect(created).toEqual({ kind: 'written', item: first });
        expect(again).toEqual({ kind: 'conflict', current: first });
      });

      it('replaces the version it read and no other', async () => {
        await store.createJob(job());

        const won = await store.replaceJob(job({ status: 'running', version: 2 }));
        const lost = await subject.beside.replaceJob(job({ status: 'blocked', version: 2 }));

        expect(won.kind).toBe('written');
        expect(lost).toEqual({ kind: 'conflict', current: job({ status: 'running', version: 2 }) });
      });

      it('answers a replacement of what is not there with a conflict without current', async () => {
        expect(await store.replaceJob(job({ version: 2 }))).toEqual({ kind: 'conflict', current: undefined });
      });

      it('answers a repeated call as the first time', async () => {
        const first = job();
        const second = job({ version: 2, status: 'running' });

        expect([await store.createJob(first), await store.createJob(first)].map(({ kind }) => kind)).toEqual(['written', 'written']);
        expect([await store.replaceJob(second), await store.replaceJob(second)].map(({ kind }) => kind)).toEqual(['written', 'written']);
      });

      it('still knows the winner of a version after seven newer ones', async () => {
        const winner = job();
        await store.createJob(winner);
        for (let version = 2; version <= 8; version += 1) await subject.beside.replaceJob(job({ version }));

        expect((await store.createJob(winner)).kind).toBe('written');
        expect((await store.createJob(job())).kind).toBe('conflict');
      });

      it('deletes a job, twice as well as once', async () => {
        await store.createJob(job());

        await store.deleteJob('repo-12', '4411');
        await store.deleteJob('repo-12', '4411');

        expect((await store.loadScope('repo-12')).jobs).toEqual([]);
      });

      it('deletes the version that was meant and no newer one', async () => {
        await store.createJob(job());
        await subject.beside.replaceJob(job({ version: 2, status: 'queued', generation: 1 }));
        await store.createRunner(runner());

        await store.deleteJob('repo-12', '4411', 1);
        await store.deleteRunner('repo-12', runner().name, 2);
        const kept = await store.loadScope('repo-12');
        await store.deleteJob('repo-12', '4411', 2);
        await store.deleteRunner('repo-12', runner().name, 1);

        expect([kept.jobs.length, kept.runners.length]).toEqual([1, 1]);
        expect(await store.loadScope('repo-12')).toMatchObject({ jobs: [], runners: [] });
      });

      it.each([
        ['empty text', { conclusion: '' }],
        ['a lone surrogate, which UTF-8 cannot hold', { name: 'a\ud800b' }],
        ['characters beyond the basic plane', { name: '🛠 построить' }],
        ['control characters and quotes', { name: 'a\u0000\n"\\' }],
        ['labels with either', { labels: ['', '\udfff', '${{ matrix.os }}'] }],
        ['a long id that is no number', { id: `planned:${'x'.repeat(3_000)}\ud800` }],
      ])('keeps %s as it is', async (_, fields) => {
        const odd = job(fields);

        await store.createJob(odd);

        expect((await subject.beside.loadScope('repo-12')).jobs).toEqual([odd]);
      });
    });

    describe('identities', () => {
      it('remembers a job once and answers the second with what is there', async () => {
        const record = jobRecord();

        expect(await store.rememberJob(record)).toEqual({ kind: 'written', item: record });
        expect(await store.rememberJob(record)).toEqual({ kind: 'written', item: record });
        expect(await subject.beside.rememberJob(jobRecord({ name: 'late' }))).toEqual({ kind: 'conflict', current: record });
        expect(await store.recallJob('4411')).toEqual(record);
        expect(await store.recallJob('1')).toBeUndefined();
      });

      it('sets the final state of a newer generation only', async () => {
        const final = (generation: number, conclusion: string) => ({ generation, conclusion, at: NOON + generation });
        await store.rememberJob(jobRecord());

        await store.finishJob(jobRecord({ final: final(0, 'success'), name: 'renamed' }));
        await store.finishJob(jobRecord({ final: final(0, 'failure') }));
        expect(await store.recallJob('4411')).toEqual(jobRecord({ final: final(0, 'success') }));

        await store.finishJob(jobRecord({ final: final(1, 'failure') }));
        await store.finishJob(jobRecord({ final: final(0, 'cancelled') }));
        expect((await store.recallJob('4411'))?.final).toEqual(final(1, 'failure'));
      });

      it('finishes a job that nobody remembered', async () => {
        const record = jobRecord({ final: { generation: 0, conclusion: null, at: NOON } });

        await store.finishJob(record);

        expect(await store.recallJob('4411')).toEqual(record);
        expect(await store.rememberJob(jobRecord())).toEqual({ kind: 'conflict', current: record });
      });

      it('refuses to finish without a final state', async () => {
        await expect(store.finishJob(jobRecord())).rejects.toThrow('expected a final state of job 4411');
      });
    });

    describe('a scope', () => {
      it('is empty before anything is written', async () => {
        expect(await store.loadScope('repo-12')).toEqual({ jobs: [], plan: { epoch: 0, grants: [] }, runners: [] });
      });

      it('is read whole, in key order, and without its neighbours', async () => {
        await store.createRunner(runner({ name: 'b' }));
        await store.createRunner(runner({ name: 'a' }));
        await store.savePlan(REPOSITORY, { epoch: 1, grants: [{ name: 'a', classId: 'go', jobId: '9', grantedAt: NOON }] });
        for (const id of ['9', '10', '8']) await store.createJob(job({ id }));
        await store.createJob(job({ id: '7', scope: 'repo-1' }));

        const scope = await store.loadScope('repo-12');

        expect(scope.jobs.map(({ id }) => id)).toEqual(['10', '8', '9']);
        expect(scope.runners.map(({ name: each }) => each)).toEqual(['a', 'b']);
        expect(scope.plan).toEqual({ epoch: 1, grants: [{ name: 'a', classId: 'go', jobId: '9', grantedAt: NOON }] });
      });

      it('gives each epoch to one planner, even where two plans are equal', async () => {
        const grants = [{ name: 'a', classId: 'go', jobId: '9', grantedAt: NOON }];

        expect((await store.savePlan(REPOSITORY, { epoch: 1, grants })).kind).toBe('written');
        expect(await subject.beside.savePlan(REPOSITORY, { epoch: 1, grants })).toEqual({ kind: 'conflict', current: { epoch: 1, grants } });
        expect((await subject.beside.savePlan(REPOSITORY, { epoch: 2, grants: [] })).kind).toBe('written');
        expect((await store.savePlan(REPOSITORY, { epoch: 4, grants: [] })).kind).toBe('conflict');
      });

      it('lets one of twenty racing planners win each epoch', async () => {
        for (let epoch = 1; epoch <= 3; epoch += 1) {
          const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store : subject.beside).savePlan(REPOSITORY, { epoch, grants: [] })));

          expect(outcomes.filter(({ kind }) => kind === 'written')).toHaveLength(1);
        }
      });

      it('creates and replaces runners as it does jobs', async () => {
        await store.createRunner(runner());

        expect((await store.createRunner(runner())).kind).toBe('conflict');
        expect((await store.replaceRunner(runner({ version: 2, state: 'booting', stages: {} }))).kind).toBe('written');
        expect(await store.replaceRunner(runner({ version: 2 }))).toEqual({ kind: 'conflict', current: runner({ version: 2, state: 'booting', stages: {} }) });
        await store.deleteRunner('repo-12', runner().name);
        expect((await store.loadScope('repo-12')).runners).toEqual([]);
      });
    });
    describeCaps(() => subject);
    describeInstallation(() => subject);
    describeHistory(() => subject);
    if (finding) describeFinding(() => subject);
  });
}
