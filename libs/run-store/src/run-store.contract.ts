import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeFinding } from './find-job.contract.js';
import type { RunStore } from './run-store.js';
import { delivery, endedJob, endedRunner, job, jobRecord, NOON, REPOSITORY, runner } from './samples.contract.js';

export interface StoreUnderTest {
  readonly store: RunStore;
  /** The same items through another client, as another process sees them. */
  readonly beside: RunStore;
  readonly clock: { now: number };
  close(): Promise<void>;
}

const DAY = 86_400_000;
const LIMITS = { all: 3, perScope: 2, perClass: 2 };
const request = (names: readonly string[], fields: object = {}) => ({ names, classId: 'go', scope: 'repo-12', limits: LIMITS, ...fields });

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

    describe('caps', () => {
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
        subject.clock.now = NOON;
        await store.takeCap(request(['a']));
        subject.clock.now = NOON + 5;
        await store.takeCap(request(['a', '0'], { limits: { all: 9, perScope: 9, perClass: 9 } }));

        expect(await subject.beside.listCapHolders()).toEqual([
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
          const side = index % 2 === 0 ? store : subject.beside;
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

    describe('the installation', () => {
      it('keeps small facts, the last write of which wins', async () => {
        expect(await store.readMeta('PAUSE')).toBeUndefined();
        for (const value of [true, null, ['go', ''], { at: NOON, 'ke\ud800y': [{ '': 1 }], deep: { list: [1.5, -2, 1e300] } }]) {
          await store.writeMeta('PAUSE', value);
          expect(await subject.beside.readMeta('PAUSE')).toEqual(value);
        }
        await expect(store.writeMeta('SCOPE#x', 1)).rejects.toThrow('expected a key such as PAUSE');
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
        await subject.beside.noteScope(REPOSITORY);

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

    describe('history', () => {
      it('lists what ended in a range, oldest first, over days, once each', async () => {
        const records = [endedJob({ id: '1' }, NOON - DAY), endedJob({ id: '2' }, NOON), endedRunner({}, NOON), endedJob({ id: '3' }, NOON + DAY)];
        for (const record of [...records].reverse()) await store.recordEnded(record);
        await store.recordEnded(endedRunner({}, NOON));

        expect(await store.listEnded({ from: NOON - DAY, to: NOON + DAY })).toEqual(records.slice(0, 3));
        expect(await store.listEnded({ from: NOON + 1, to: NOON + 2 * DAY })).toEqual(records.slice(3));
        expect(await store.listEnded({ from: NOON, to: NOON })).toEqual([]);
      });

      it('counts what was recorded with two times once, but each generation of a job', async () => {
        await store.recordEnded(endedRunner({}, NOON));
        await store.recordEnded(endedRunner({}, NOON + 7_000));
        await store.recordEnded(endedJob({ generation: 0 }, NOON));
        await store.recordEnded(endedJob({ generation: 1 }, NOON + 1));

        expect((await store.listEnded({ from: NOON, to: NOON + DAY })).map(({ kind, endedAt }) => `${kind} ${endedAt - NOON}`)).toEqual(['job 0', 'job 1', 'runner 7000']);
      });

      it('refuses a range without end', async () => {
        await expect(store.listEnded({ from: 0, to: NOON })).rejects.toThrow('at most 400 days');
        await expect(store.listEnded({ from: NaN, to: NOON })).rejects.toThrow('expected from and to');
      });

      it('lists the latest deliveries of a day, newest first', async () => {
        for (const receivedAt of [NOON, NOON + 2, NOON + 1, NOON + DAY]) await store.recordDelivery(delivery({ id: `d${receivedAt - NOON}`, receivedAt }));
        await store.recordDelivery(delivery({ id: `d0`, receivedAt: NOON }));

        expect((await store.listDeliveries({ day: '2030-01-31', limit: 2 })).map(({ id }) => id)).toEqual(['d2', 'd1']);
        expect(await store.listDeliveries({ day: '2030-01-31', limit: 9 })).toHaveLength(3);
        expect(await store.listDeliveries({ day: '2030-01-30', limit: 9 })).toEqual([]);
      });

      it('expires history after 90 days, deliveries after 7, and nothing that lives', async () => {
        subject.clock.now = NOON;
        await store.createJob(job({ id: '5' }));
        await store.rememberJob(jobRecord({ id: '5' }));
        await store.rememberJob(jobRecord());
        await store.finishJob(jobRecord({ final: { generation: 0, conclusion: 'success', at: NOON } }));
        await store.recordEnded(endedJob({}, NOON));
        await store.recordEnded(endedRunner({}, NOON + DAY));
        await store.recordDelivery(delivery());

        subject.clock.now = NOON + 7 * DAY - 1_000;
        await store.expire();
        expect(await store.listDeliveries({ day: '2030-01-31', limit: 9 })).toHaveLength(1);

        subject.clock.now = NOON + 90 * DAY;
        await store.expire();
        expect(await store.listDeliveries({ day: '2030-01-31', limit: 9 })).toEqual([]);
        expect((await store.listEnded({ from: NOON, to: NOON + 2 * DAY })).map(({ kind }) => kind)).toEqual(['runner']);
        expect(await store.recallJob('4411')).toBeUndefined();

        subject.clock.now = NOON + 99 * DAY;
        await store.expire();
        expect(await store.listEnded({ from: NOON, to: NOON + 2 * DAY })).toEqual([]);
        expect(await store.findRunner('i-0abc')).toBeUndefined();
        expect(await store.recallJob('5')).toEqual(jobRecord({ id: '5' }));
        expect((await store.loadScope('repo-12')).jobs).toHaveLength(1);
      });

      it('loses nothing where the move to history breaks off between its two writes', async () => {
        const record = endedJob();
        await store.createJob(record.job!);
        await store.noteScope(REPOSITORY);

        await store.recordEnded(record);
        expect(await store.findJob('4411')).toMatchObject({ live: true, job: record.job });

        await subject.beside.recordEnded(record);
        await subject.beside.deleteJob('repo-12', '4411');
        expect(await store.findJob('4411')).toMatchObject({ live: false, job: record.job });
        expect(await store.listEnded({ from: NOON, to: NOON + DAY })).toEqual([record]);
      });
    });

    if (finding) describeFinding(() => subject);
  });
}
