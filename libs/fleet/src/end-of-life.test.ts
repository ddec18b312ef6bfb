import { describe, expect, it } from 'vitest';
import { brake, clockEnding, endedItself, endsByTag, missingFor, outcomeOf, runnerEnding, type Ending, type Evidence } from './end-of-life.js';
import type { Instance, RunnerRow } from './ports.js';
import { reason } from './reason.js';
import type { Runner, RunnerOutcome } from './runner.js';
import { instance, job, NOW, runner } from './samples.contract.js';
import { hours, minutes, seconds } from './time.js';

const tag = (at: number | string) => ({ tags: { 'tinqs-ci:ends-by': typeof at === 'number' ? new Date(at).toISOString() : at } });

describe('P15 death clocks', () => {
  it.each<readonly [why: string, change: Partial<Instance>, expected: string | undefined]>([
    ['its time is over', tag(NOW), 'DEATH_CLOCK'],
    ['a second is left', tag(NOW + 1_000), undefined],
    ['terminated already', { ...tag(NOW), state: 'terminated' }, undefined],
    ['shutting down already', { ...tag(NOW), state: 'shutting-down' }, undefined],
    ['stopped, which still costs its disk', { ...tag(NOW + hours(1)), state: 'stopped' }, 'STOPPED'],
    ['stopping', { ...tag(NOW + hours(1)), state: 'stopping' }, 'STOPPED'],
    ['no tag: the longest that a class could ask for', { tags: {}, launchedAt: NOW - hours(6) }, 'DEATH_CLOCK'],
    ['no tag, younger', { tags: {}, launchedAt: NOW - hours(6) + 1 }, undefined],
    ['a tag that is no time counts as none', { ...tag('tomorrow'), launchedAt: NOW - hours(6) }, 'DEATH_CLOCK'],
    ['a tag far in the future is not believed', { ...tag(NOW + hours(9_000)), launchedAt: NOW - hours(30) }, 'DEATH_CLOCK'],
  ])('%s', (_why, change, expected) => {
    expect(clockEnding(instance(change), NOW)?.reason.code).toBe(expected);
  });

  it('are told by the tag', () => {
    expect(endsByTag(instance(tag(NOW + hours(1))))).toBe(NOW + hours(1));
  });
});

const row = (change: Partial<RunnerRow> = {}): RunnerRow => ({ runnerId: 100, name: 'a', online: true, busy: false, disabled: false, ...change });
const idleTooLong = { online: NOW - seconds(360) - 1, launched: NOW - minutes(8) };
const bootTooLong = { launched: NOW - seconds(360) - 1 };
const busy: Partial<Runner> = { ran: '1', state: 'busy', stages: { completed: NOW - seconds(120) - 1 } };
const done = job('1', { status: 'done', conclusion: 'cancelled', runnerId: 100 });

type Row = readonly [why: string, change: Partial<Runner>, evidence: Partial<Evidence>, expected: string | undefined];

describe('why a machine is ended from outside', () => {
  it.each<Row>([
    ['P14 idle 60 s beyond its limit', { stages: idleTooLong }, {}, 'IDLE_OUT'],
    ['P14 a moment less', { stages: { ...idleTooLong, online: NOW - seconds(360) } }, {}, undefined],
    ['P14 Gitea reads busy', { stages: idleTooLong }, { row: row({ busy: true }) }, undefined],
    ['P14 an in-progress job names it', { stages: idleTooLong }, { named: true }, undefined],
    ['P14 Gitea did not answer', { stages: idleTooLong }, { row: undefined }, undefined],
    ['P14 its row is gone, so nothing can come of it', { stages: idleTooLong }, { row: null }, 'IDLE_OUT'],
    ['P13 it did not come online 60 s beyond its boot limit', { state: 'booting', stages: bootTooLong }, { row: row({ online: false }) }, 'BOOT_LIMIT'],
    ['P13 a moment less', { state: 'booting', stages: { launched: NOW - seconds(360) } }, { row: row({ online: false }) }, undefined],
    ['P13 it is online, though nobody noted it', { state: 'booting', stages: bootTooLong }, { row: row() }, undefined],
    ['P13 its row is gone', { state: 'booting', stages: bootTooLong }, { row: null }, 'BOOT_LIMIT'],
    ['I6 its job is final, read now, for longer than the grace', busy, { job: done, finalNow: 'job' }, 'JOB_FINAL'],
    ['I6 its job was run again, and another runner has it', busy, { job: job('1', { status: 'running', runnerId: 200 }), finalNow: 'job' }, 'JOB_FINAL'],
    ['I6 its job is final, but it works on: it has another', busy, { job: done, finalNow: 'job', row: row({ busy: true }) }, undefined],
    ['I6 its job is final, but another names it', busy, { job: done, finalNow: 'job', named: true }, undefined],
    ['I6 it was done with an earlier job long ago, this one ended within the grace', busy, { job: { ...done, completedAt: NOW - seconds(120) }, finalNow: 'job' }, undefined],
    ['P14 the claim of its job was given back, and it idles', { ran: '1', state: 'busy', stages: idleTooLong }, { job: job('1', { generation: 1 }) }, 'IDLE_OUT'],
    ['P14 the same, but its row is gone: it had a job', { ran: '1', state: 'busy', stages: idleTooLong }, { job: job('1', { generation: 1 }), row: null }, undefined],
    ['I6 the grace is not over', { ...busy, stages: { completed: NOW - seconds(120) } }, { job: done, finalNow: 'job' }, undefined],
    ['I6 nobody read it now', busy, { job: done, finalNow: null }, undefined],
    ['I6 1.24: its row, asked for now, is gone', busy, { job: done, finalNow: 'row' }, 'RUNNER_ROW_GONE'],
    ['I6 absence from the list of rows is no witness', busy, { job: done, row: null }, undefined],
    ['I6 the job still runs, however the row looks', { ...busy, stages: {} }, { job: job('1', { status: 'running', runnerId: 100 }), row: null, finalNow: null }, undefined],
    ['I6 its job is unknown', busy, { job: undefined, finalNow: null }, undefined],
    ['P15 its clock ends it in the middle of a job', { ...busy, endsBy: NOW }, { job: job('1', { status: 'running' }) }, 'DEATH_CLOCK'],
    ['P15 the tag alone is enough', busy, { instance: instance(tag(NOW)) }, 'DEATH_CLOCK'],
    ['P15 stopped', {}, { instance: instance({ state: 'stopped' }) }, 'STOPPED'],
    ['P15 shutting down for 10 minutes', { ending: { since: NOW - minutes(10) - 1, code: 'IDLE_OUT', failures: 0, notBefore: null } }, { instance: instance({ state: 'shutting-down' }) }, 'SHUTDOWN_HANGS'],
    ['P15 shutting down for less', { ending: { since: NOW - minutes(10), code: 'IDLE_OUT', failures: 0, notBefore: null } }, { instance: instance({ state: 'shutting-down' }) }, undefined],
    ['terminated: nothing is left to end', { endsBy: NOW }, { instance: instance({ state: 'terminated' }) }, undefined],
    ['P14 busy once, its row still there: it has its job, of which nobody was told', { state: 'busy', stages: { online: NOW - minutes(60) } }, { row: row() }, undefined],
    ['all is well', {}, {}, undefined],
  ])('%s', (_why, change, evidence, expected) => {
    const ending = runnerEnding(runner('a', change), { instance: instance(), row: row(), job: undefined, finalNow: null, named: false, ...evidence }, NOW);

    expect(ending?.reason.code).toBe(expected);
    expect(ending?.force ?? false).toBe(expected === 'SHUTDOWN_HANGS');
  });
});

describe('P24 the brake', () => {
  const endings = (backing: Ending['backing'], count: number): readonly Ending[] => Array.from({ length: count }, (_, index) => ({ instanceId: `i-${backing}-${index}`, reason: reason('OPERATOR'), backing, force: false }));

  it.each<readonly [why: string, unbacked: number, machines: number, held: number]>([
    ['three are believed of few machines', 3, 4, 0],
    ['four are not', 4, 4, 4],
    ['a quarter is believed of many', 10, 40, 0],
    ['more than a quarter is not', 11, 40, 11],
  ])('%s', (_why, unbacked, machines, held) => {
    const verdict = brake([...endings('row-gone', unbacked), ...endings('clock', 30), ...endings('final', 30)], machines);

    expect(verdict.held).toHaveLength(held);
    expect(verdict.believed).toHaveLength(60 + unbacked - held);
    expect(verdict.reason?.code).toBe(held === 0 ? undefined : 'BRAKE');
  });
});

describe('what became of a runner', () => {
  const asked = (code: string): Partial<Runner> => ({ ending: { since: NOW, code, failures: 0, notBefore: null } });

  it.each<readonly [why: string, change: Partial<Runner>, stateReason: string | null, expected: RunnerOutcome]>([
    ['its death clock', asked('DEATH_CLOCK'), 'Client.UserInitiatedShutdown', 'clock'],
    ['it had stopped', asked('STOPPED'), 'Client.UserInitiatedShutdown', 'clock'],
    ['ended for its boot limit', { ...asked('BOOT_LIMIT'), stages: {} }, 'Client.UserInitiatedShutdown', 'boot-failed'],
    ['ended for idling', asked('IDLE_OUT'), 'Client.UserInitiatedShutdown', 'idle-out'],
    ['ended after its job', { ...asked('JOB_FINAL'), ran: '1' }, 'Client.UserInitiatedShutdown', 'used'],
    ['P19 EC2 took it before the pick-up', {}, 'Server.SpotInstanceTermination', 'interrupted'],
    ['P19 EC2 took it in its job', { ran: '1', state: 'busy' }, 'Server.SpotInstanceTermination', 'interrupted'],
    ['P19 its host died', { ran: '1', state: 'busy' }, 'Server.InternalError', 'interrupted'],
    ['P19 EC2 took it when its job was over', { ran: '1', stages: { completed: NOW } }, 'Server.SpotInstanceTermination', 'used'],
    ['P19 it powered itself off while Gitea still says in_progress', { ran: '1', state: 'busy' }, 'Client.InstanceInitiatedShutdown', 'used'],
    ['its own idle clock', {}, 'Client.InstanceInitiatedShutdown', 'idle-out'],
    ['its own boot clock', { state: 'booting', stages: { launched: NOW } }, 'Client.InstanceInitiatedShutdown', 'boot-failed'],
    ['its row was gone before we deleted it: it ran a job, however short', { state: 'booting', stages: { launched: NOW }, registrationGone: true }, 'Client.InstanceInitiatedShutdown', 'used'],
    ['Gitea once called it busy', { state: 'busy' }, 'Client.InstanceInitiatedShutdown', 'used'],
  ])('%s', (_why, change, stateReason, expected) => {
    expect(outcomeOf(runner('a', change), stateReason)).toBe(expected);
  });

  it('P19 EC2 took it in its job, and the stopped runner still reported a failure', () => {
    const stopped = runner('a', { ran: '1', stages: { completed: NOW } });

    expect(outcomeOf(stopped, 'Server.SpotInstanceTermination', 'failure')).toBe('interrupted');
    expect(outcomeOf(stopped, 'Server.SpotInstanceTermination', 'success')).toBe('used');
    expect(outcomeOf(stopped, 'Client.InstanceInitiatedShutdown', 'failure')).toBe('used');
  });

  it.each<readonly [why: string, change: Partial<Runner>, stateReason: string | null, expected: boolean]>([
    ['its own power-off', {}, 'Client.InstanceInitiatedShutdown', true],
    ['nobody knows', {}, null, true],
    ['ended by us for its boot limit', asked('BOOT_LIMIT'), 'Client.UserInitiatedShutdown', true],
    ['ended by a person', {}, 'Client.UserInitiatedShutdown', false],
    ['a volume limit of the account', {}, 'Client.VolumeLimitExceeded', false],
    ['a key that may not be used', {}, 'Client.InternalError', false],
    ['Spot', {}, 'Server.SpotInstanceTermination', false],
  ])('P13 only what went down by itself blames the AMI: %s', (_why, change, stateReason, expected) => {
    expect(endedItself(runner('a', change), stateReason)).toBe(expected);
  });

  it.each<readonly [why: string, change: Partial<Runner>, expected: number]>([
    ['60 s where nobody knows of a launch', { instanceId: null, stages: {} }, seconds(60)],
    ['10 minutes once it was launched', { stages: {} }, minutes(10)],
    ['10 minutes once Gitea saw it online', { instanceId: null, stages: { online: NOW } }, minutes(10)],
    ['10 minutes once it took a job', { instanceId: null, stages: {}, ran: '1' }, minutes(10)],
  ])('is looked for %s', (_why, change, expected) => {
    expect(missingFor(runner('a', change))).toBe(expected);
  });
});
