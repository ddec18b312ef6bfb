import { beforeEach, describe, expect, it } from 'vitest';
import type { RunStore } from './run-store.js';
import type { StoreUnderTest } from './run-store.contract.js';
import { delivery, endedJob, endedRunner, job, jobRecord, NOON, REPOSITORY } from './samples.contract.js';

const DAY = 86_400_000;
const rerun = (at: number) => ({ runId: at, job: 'build', at, runner: 'tinqs-ci-k3-go-c.1.0' });

/** What ended and what was delivered. */
export function describeHistory(subject: () => StoreUnderTest): void {
  describe('history', () => {
    let store: RunStore;
    beforeEach(() => {
      store = subject().store;
    });

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

    it('expires history and what was run again after 90 days, deliveries after 7, and nothing that lives', async () => {
      subject().clock.now = NOON;
      await store.createJob(job({ id: '5' }));
      await store.rememberJob(jobRecord({ id: '5' }));
      await store.rememberJob(jobRecord());
      await store.finishJob(jobRecord({ final: { generation: 0, conclusion: 'success', at: NOON } }));
      await store.recordEnded(endedJob({}, NOON));
      await store.recordEnded(endedRunner({}, NOON + DAY));
      await store.recordDelivery(delivery());
      for (const at of [NOON, NOON + DAY]) await store.noteRerun(rerun(at));

      subject().clock.now = NOON + 7 * DAY - 1_000;
      await store.expire();
      expect(await store.listDeliveries({ day: '2030-01-31', limit: 9 })).toHaveLength(1);

      subject().clock.now = NOON + 90 * DAY;
      await store.expire();
      expect(await store.listDeliveries({ day: '2030-01-31', limit: 9 })).toEqual([]);
      expect((await store.listEnded({ from: NOON, to: NOON + 2 * DAY })).map(({ kind }) => kind)).toEqual(['runner']);
      expect(await store.recallJob('4411')).toBeUndefined();
      expect([await store.recallRerun(rerun(NOON)), await store.recallRerun(rerun(NOON + DAY))]).toEqual([undefined, rerun(NOON + DAY)]);

      subject().clock.now = NOON + 99 * DAY;
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

      await subject().beside.recordEnded(record);
      await subject().beside.deleteJob('repo-12', '4411');
      expect(await store.findJob('4411')).toMatchObject({ live: false, job: record.job });
      expect(await store.listEnded({ from: NOON, to: NOON + DAY })).toEqual([record]);
    });
  });
}
