import { beforeEach, describe, expect, it } from 'vitest';
import type { RunStore } from './run-store.js';
import type { StoreUnderTest } from './run-store.contract.js';
import { endedJob, endedRunner, job, jobRecord, NOON, REPOSITORY, runner } from './samples.contract.js';

/** What people paste, for a job that waits, one that runs and one that ended. */
const REFERENCES: readonly (readonly [what: string, reference: string])[] = [
  ['its id', '4411'],
  ['its address', 'https://git.example/acme/app/actions/runs/318/jobs/4411'],
  ['its address by another host, with a step, in other case', 'http://localhost:3000/Acme/App/actions/runs/318/jobs/4411/#jobstep-2-7'],
  ['the path of its address', '/acme/app/actions/runs/318/jobs/4411'],
  ['the address of its run', 'https://git.example/acme/app/actions/runs/318'],
  ['its name', 'build'],
  ['repository and run number', 'acme/app#318'],
  ['repository and run number in other case', ' Acme/App#318 '],
  ['repository and API run id', 'acme/app#901'],
];
const MACHINE_REFERENCES: readonly (readonly [what: string, reference: string])[] = [
  ['the name of its runner', 'tinqs-ci-k3-go-c.1.0'],
  ['the tail of that name', 'go-c.1.0'],
  ['the id of its instance', 'i-0abc'],
];

export function describeFinding(subject: () => StoreUnderTest): void {
  describe('finding a job', () => {
    let store: RunStore;
    beforeEach(() => {
      store = subject().store;
    });

    describe('that waits', () => {
      beforeEach(async () => {
        await store.rememberJob(jobRecord());
        await store.createJob(job());
        await store.noteScope(REPOSITORY);
      });

      it.each(REFERENCES)('finds it by %s', async (_, reference) => {
        expect(await store.findJob(reference)).toEqual({ ...jobRecord(), live: true, job: job(), runners: [] });
      });
    });

    describe('with a machine', () => {
      const machine = runner({ instanceId: 'i-0abc', state: 'booting', version: 2 });
      beforeEach(async () => {
        await store.rememberJob(jobRecord());
        await store.createJob(job());
        await store.createRunner(runner());
        await store.replaceRunner(machine);
        await store.noteScope(REPOSITORY);
        for (const key of ['i-0abc', machine.name]) await store.pointTo({ key, scope: 'repo-12', job: null, runner: machine.name });
      });

      it.each([...REFERENCES, ...MACHINE_REFERENCES])('finds both by %s', async (_, reference) => {
        expect(await store.findJob(reference)).toEqual({ ...jobRecord(), live: true, job: job(), runners: [machine] });
      });

      it('finds the machine by name, tail, instance and registration', async () => {
        for (const reference of [machine.name, 'go-c.1.0', 'i-0abc', '77']) expect(await store.findRunner(reference)).toEqual(machine);
      });

      it('follows the machine to the job it took, whichever it was launched for', async () => {
        await store.rememberJob(jobRecord({ id: '5000', name: 'test' }));
        await store.replaceRunner({ ...machine, ran: '5000', version: 3 });

        expect(await store.findJob('i-0abc')).toMatchObject({ id: '5000', runners: [{ name: machine.name }] });
        expect((await store.findJob('4411'))?.runners).toHaveLength(1);
      });
    });

    describe('that ended', () => {
      const ended = endedJob();
      const machine = endedRunner();
      beforeEach(async () => {
        await store.rememberJob(jobRecord());
        await store.pointTo({ key: machine.id, scope: 'repo-12', job: null, runner: machine.id });
        await store.recordEnded(ended);
        await store.recordEnded(machine);
      });

      it.each([...REFERENCES, ...MACHINE_REFERENCES])('finds both by %s', async (_, reference) => {
        expect(await store.findJob(reference)).toEqual({ ...jobRecord(), live: false, job: ended.job, runners: [machine.runner] });
      });

      it('finds the machine by name, tail, instance and registration', async () => {
        for (const reference of [machine.id, 'go-c.1.0', 'i-0abc', '77']) expect(await store.findRunner(reference)).toEqual(machine.runner);
      });

      it('means the newest by a name that came again, in whichever order they are written', async () => {
        await store.recordEnded(endedJob({ id: '4500' }, NOON + 120_000));
        await store.recordEnded(endedJob({ id: '4300' }, NOON));
        expect((await store.findJob('build'))?.id).toBe('4500');

        await store.createJob(job({ id: '4600' }));
        await store.createJob(job({ id: '4700', queuedAt: NOON + 1 }));
        await store.noteScope(REPOSITORY);
        expect((await store.findJob('build'))?.id).toBe('4700');
      });
    });

    it('prefers, of the jobs of one run, the one that waits', async () => {
      await store.recordEnded(endedJob({ id: '1' }));
      await store.createJob(job({ id: '2', status: 'running' }));
      await store.createJob(job({ id: '3', status: 'queued' }));
      await store.createJob(job({ id: '4', status: 'blocked', queuedAt: NOON + 5 }));
      await store.noteScope(REPOSITORY);

      for (const reference of ['acme/app#318', 'https://git.example/acme/app/actions/runs/318']) expect((await store.findJob(reference))?.id).toBe('3');
    });

    it('tells a run number from the API id of another run', async () => {
      await store.recordEnded(endedJob({ id: '1', runId: 318, url: 'https://git.example/acme/app/actions/runs/200/jobs/0' }, NOON + 5));
      await store.recordEnded(endedJob({ id: '2', runId: 901, url: 'https://git.example/acme/app/actions/runs/318/jobs/0' }, NOON));

      expect((await store.findJob('acme/app#318'))?.id).toBe('2');
      expect((await store.findJob('acme/app#200'))?.id).toBe('1');
    });

    it('keeps the identity where nothing else is left', async () => {
      await store.rememberJob(jobRecord());

      expect(await store.findJob('4411')).toEqual({ ...jobRecord(), live: false, job: null, runners: [] });
    });

    it('finds nothing by what nobody knows', async () => {
      for (const reference of ['', '  ', '99', 'nobody', 'acme/app#1', 'https://git.example/acme/app', '/', 'i-0', '\ud800', 'x'.repeat(5_000)]) {
        expect(await store.findJob(reference)).toBeUndefined();
        expect(await store.findRunner(reference)).toBeUndefined();
      }
    });

    it('lists what lives in every noted scope', async () => {
      await store.createJob(job());
      await store.createJob(job({ id: '2', scope: 'owner-acme' }));
      await store.createRunner(runner({ scope: 'owner-acme' }));
      await store.createJob(job({ id: '3', scope: 'repo-9' }));
      await store.noteScope(REPOSITORY);
      await store.noteScope({ kind: 'owner', name: 'acme' });

      const live = await store.listLive();

      expect(live.jobs.map(({ id }) => id).sort()).toEqual(['2', '4411']);
      expect(live.runners).toEqual([runner({ scope: 'owner-acme' })]);
    });
  });
}
