import { describe, expect, it } from 'vitest';
import { explainJob } from './explain.js';
import type { Job } from './job.js';
import { reason } from './reason.js';
import type { Runner } from './runner.js';
import { GO, job, NODE, NOW, runner } from './samples.contract.js';
import { minutes } from './time.js';
import { jobView, machineView, statusView } from './view.js';

const because = (why: ReturnType<typeof reason>): Partial<Job> => ({ reasons: [{ ...why, at: NOW }] });

describe('why a job is where it is', () => {
  it.each<readonly [why: string, change: Partial<Job>, runners: readonly Runner[], code: string | undefined, will: RegExp, attention: boolean]>([
    ['blocked by Gitea', { status: 'blocked' }, [], 'BLOCKED', /when Gitea says/, false],
    ['queued a moment ago', {}, [], undefined, /within a minute/, false],
    ['queued for long, and nobody said why', { queuedAt: NOW - minutes(3) }, [], undefined, /within a minute/, true],
    ['a runner is coming', {}, [runner('tinqs-ci-x-go-c.5.0')], 'SERVED', /machine is online/, false],
    ['its runner took another job', because(reason('CAP_ALL', { cap: 3 })), [runner('a', { ran: '2' })], 'CAP_ALL', /every minute/, true],
    ['its runner has ended', because(reason('NEVER_LAUNCHED')), [runner('a', { state: 'ended' })], 'NEVER_LAUNCHED', /every minute/, true],
    ['its last launch failed', { ...because(reason('NO_CAPACITY', { classId: 'go' })), failures: 3, notBefore: NOW + minutes(1) }, [], 'NO_CAPACITY', /try again at 2030-01-01T12:01.*failed 3 times/, true],
    ['nobody serves it', because(reason('FOREIGN_LABELS', { labels: 'x', nearest: null })), [], 'FOREIGN_LABELS', /nothing until the configuration/, true],
    ['it runs on a machine of ours', { status: 'running', runnerId: 100 }, [runner('a', { ran: '1' })], undefined, /machine ends when the job does/, false],
    ['it runs elsewhere', { status: 'running', runnerId: 9 }, [], undefined, /not ours/, false],
    ['it is over', { status: 'done', conclusion: 'success' }, [], undefined, /ended as success/, false],
    ['it was interrupted', { status: 'done', conclusion: 'failure', ...because(reason('INTERRUPTED', { cause: 'Spot' })) }, [], 'INTERRUPTED', /ended as failure/, true],
  ])('%s', (_why, change, runners, code, will, attention) => {
    const explained = explainJob(job('1', change), runners, NOW);

    expect(explained.reason?.code).toBe(code);
    expect(explained.will).toMatch(will);
    expect(explained.needsAttention).toBe(attention);
  });

  it('tells the stories of job and machines in one, in order', () => {
    const told = explainJob(job('1', { timeline: [{ at: NOW - 3, event: 'queued', detail: '' }] }), [runner('tinqs-ci-x-go-c.5.0', { timeline: [{ at: NOW - 9, event: 'registered', detail: 'for it' }] }), runner('b', { launchedFor: '2', timeline: [{ at: NOW, event: 'no', detail: '' }] })], NOW).timeline;

    expect(told.map((entry) => `${entry.event} ${entry.detail}`)).toEqual(['registered go-c.5.0: for it', 'queued ']);
  });

  it('says what a person can do, one thing each', () => {
    expect(explainJob(job('1', because(reason('CAP_ALL', { cap: 3 }))), [], NOW).youCan).toEqual(['raise MAX_RUNNERS, or wait for a machine to end']);
    expect(explainJob(job('1'), [], NOW).youCan).toEqual([]);
  });
});

describe('what scripts read', () => {
  it('of a job: its class even before it has a runner, and how long it waited', () => {
    expect(jobView(job('1', { queuedAt: NOW - 4_400 }), [], [GO, NODE], NOW)).toMatchObject({ id: '1', class: 'go', runner: null, instanceId: null, waited: 4, queuedAt: '2030-01-01T11:59:55.600Z' });
    expect(jobView(job('1', { status: 'running', queuedAt: NOW - 9_000, pickedAt: NOW - 2_000 }), [runner('a', { ran: '1', classId: 'node' })], [GO], NOW)).toMatchObject({ class: 'node', runner: 'a', instanceId: 'i-a', waited: 7 });
  });

  it('of a machine: times as text', () => {
    expect(machineView(runner('a', { stages: { launched: NOW } }))).toMatchObject({ name: 'a', type: 't3.small', market: 'spot', stages: { launched: '2030-01-01T12:00:00.000Z' } });
    expect(machineView(runner('a', { pool: null }))).toMatchObject({ type: null, market: null });
  });

  const sweep = { at: NOW, gitea: NOW, ec2: NOW, spentToday: 1.234567, spentEnded: { day: 0, dollars: 0 }, waiting: [] };
  const input = { jobs: [], runners: [], classes: [GO], cap: { all: 2, byClass: { go: 2 }, byScope: {} }, maxRunners: 12, sweep, missed: 3, paused: false };

  it('of the whole: caps, cost, and machines that live', () => {
    const status = statusView({ ...input, runners: [runner('a'), runner('b', { state: 'ended' })], jobs: [job('2', { queuedAt: NOW - 1 }), job('1', { queuedAt: NOW - 2 }), job('3', { status: 'running' })] }, NOW);

    expect(status).toMatchObject({ caps: { all: { held: 2, most: 12 }, classes: { go: { held: 2, most: 10 } } }, spentToday: 1.2346, missedByWebhooks: 3, lastSweep: '2030-01-01T12:00:00.000Z' });
    expect([status.waiting.map((each) => each.id), status.running.map((each) => each.id), status.machines.map((each) => each.name)]).toEqual([['1', '2'], ['3'], ['a']]);
  });

  it.each<readonly [why: string, change: Partial<Parameters<typeof statusView>[0]>, expected: readonly string[]]>([
    ['nothing', {}, []],
    ['two jobs wait for one cause: told once', { jobs: ['1', '2'].map((id) => job(id, { queuedAt: NOW - minutes(2), ...because(reason('NO_CAPACITY', { classId: 'go' })) })) }, ['NO_CAPACITY']],
    ['no capacity for seconds is no trouble yet', { jobs: [job('1', because(reason('NO_CAPACITY', { classId: 'go' })))] }, []],
    ['a full cap passes when a machine ends, however long that takes', { jobs: [job('1', { queuedAt: NOW - minutes(20), ...because(reason('CAP_ALL', { cap: 3 })) })] }, []],
    ['what nobody will mend by waiting is told at once', { jobs: [job('1', because(reason('EMPTY_LABELS')))] }, ['EMPTY_LABELS']],
    ['a launch that EC2 refuses is told at once', { jobs: [job('1', because(reason('LAUNCH_REFUSED', { code: 'InvalidAMIID.NotFound', sentence: 'no such AMI', remedy: 'check the AMI' })))] }, ['LAUNCH_REFUSED']],
    ['one that EC2 refuses for now, not before it lasts', { jobs: [job('1', because(reason('LAUNCH_PUT_OFF', { code: 'RequestLimitExceeded', sentence: 'too many requests', remedy: 'wait' })))] }, []],
    ['a job for which a machine is coming needs nobody, whatever failed before', { jobs: [job('1', because(reason('LAUNCH_REFUSED', { code: 'X', sentence: 'x', remedy: 'y' })))], runners: [runner('tinqs-ci-x-go-c.5.0')] }, []],
    ['labels of others are nobody’s trouble', { jobs: [job('1', because(reason('FOREIGN_LABELS', { labels: 'host', nearest: null })))] }, []],
    ['a job that nobody has planned in two minutes', { jobs: [job('1', { queuedAt: NOW - minutes(3) })] }, ['UNPLANNED']],
    ['a job that came a moment ago', { jobs: [job('1')] }, []],
    ['the sweep is late', { sweep: { ...sweep, at: NOW - minutes(4), gitea: NOW - minutes(4), ec2: NOW - minutes(4) } }, ['SWEEP_LATE']],
    ['Gitea is silent', { sweep: { ...sweep, gitea: NOW - minutes(4) } }, ['GITEA_SILENT']],
    ['EC2 is silent', { sweep: { ...sweep, ec2: NOW - minutes(4) } }, ['EC2_SILENT']],
    ['it never swept', { sweep: undefined }, ['SWEEP_NEVER']],
  ])('of what needs a person: %s', (_why, change, expected) => {
    expect(statusView({ ...input, ...change }, NOW).needsYou.map((need) => need.code)).toEqual(expected);
  });

  it('of what needs a person: each with what to do, and how many jobs it is about', () => {
    const refused = because(reason('REGISTRATION_REFUSED', { sentence: 'no' }));

    expect(statusView({ ...input, sweep: undefined, jobs: ['1', '2'].map((id) => job(id, refused)) }, NOW).needsYou).toMatchObject([
      { code: 'REGISTRATION_REFUSED', sentence: 'Gitea refused to register its runner: no (2 jobs)', remedy: 'give GITEA_TOKEN the rights that apps/dispatcher/README.md names' },
      { code: 'SWEEP_NEVER', sentence: 'the sweep has never run: what a webhook does not tell is not seen, and machines are ended by their own clocks only', remedy: 'deploy the monitor, or look at its log' },
    ]);
  });
});
