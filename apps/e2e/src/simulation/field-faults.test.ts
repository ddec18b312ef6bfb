import { describe, expect, it } from 'vitest';
import type { FleetPorts } from '@tinqs/fleet';
import type { JobPlan } from '@tinqs/simulator';
import { createStand, GO, MINUTE, SECOND, type Stand } from './stand.js';

const jobs = (count: number, change: Partial<JobPlan> = {}): readonly JobPlan[] => Array.from({ length: count }, (_, index) => ({ key: `j${index}`, labels: ['go'], ...change }));
const live = async (stand: Stand, key = 'repo-1') => stand.store.loadScope(key);
const outcomes = async (stand: Stand) => (await stand.store.listEnded({ from: stand.world.now - 24 * 60 * MINUTE, to: stand.world.now + 1 })).flatMap((ended) => ended.runner?.outcome ?? []);

/** The most machines of the first repository at any time in this span, counted each 10 s. */
async function mostDuring(stand: Stand, ms: number): Promise<number> {
  let most = 0;
  for (let passed = 0; passed < ms; passed += 10 * SECOND) {
    await stand.pass(10 * SECOND);
    const mine = [...stand.world.machines.values()].filter((machine) => machine.request.tags['tinqs-ci:scope'] === 'repo-1' && machine.state !== 'terminated' && machine.state !== 'shutting-down');
    most = Math.max(most, mine.length);
  }
  return most;
}

describe('P4 a job that Gitea lists as queued and never hands out', () => {
  it.each(['1.25', '1.27'] as const)('gets at most three idle machines, then one probe at a time, while another scope is served (%s)', async (gitea) => {
    const stand = createStand({ gitea });
    stand.world.do('createRepository', { fullName: 'acme/healthy', files: { a: 'b' } });
    stand.push([{ key: 'stuck', labels: ['go'], unobtainable: true }]);

    expect(await mostDuring(stand, 20 * MINUTE)).toBeLessThanOrEqual(3);
    const before = stand.world.ledger.machines.length;
    stand.push(jobs(3, { durationMs: 5 * SECOND }), 'acme/healthy');
    expect(await mostDuring(stand, 100 * MINUTE)).toBeLessThanOrEqual(1);

    expect(stand.world.ledger.served.map((served) => served.name).sort()).toEqual(['j0', 'j1', 'j2']);
    expect((await live(stand)).jobs[0]!.reasons.map((each) => each.code)).toContain('NOT_HANDED_OVER');
    // Three for the healthy scope; a probe lives 6 min and pauses up to 15.
    expect(stand.world.ledger.machines.length - before - 3).toBeLessThanOrEqual(12);
    // Two hours, one alarm: what is stuck is told without a break.
    const begun = stand.reports.filter((report, index) => report.stuck.length > 0 && stand.reports[index - 1]?.stuck.length !== report.stuck.length);
    expect(begun.map((report) => report.stuck)).toEqual([[{ scope: 'repo-1', sentence: expect.stringContaining('Gitea does not hand it out') }]]);
  });

  it('on 1.24, which cannot be asked, is given up after two', async () => {
    const stand = createStand({ gitea: '1.24' });
    stand.push([{ key: 'stuck', labels: ['go'], unobtainable: true }]);
    await stand.pass(60 * MINUTE);

    expect(stand.world.ledger.machines.length).toBeLessThanOrEqual(4);
    expect((await live(stand)).jobs[0]!.reasons[0]!.code).toBe('UNCONFIRMED');
  });
});

describe('P18, I6 a push that silently cancels a matrix on 1.25', () => {
  it('ends all 20 machines within the grace and two sweeps, brake or no brake', async () => {
    const stand = createStand({ gitea: '1.25' });
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    stand.push(jobs(20, { durationMs: 30 * MINUTE }));
    // The worst moment: a sweep has just looked.
    await stand.pass(3 * MINUTE + 31 * SECOND);
    expect(stand.world.ledger.served).toHaveLength(20);
    const cancelledAt = stand.world.now;
    stand.push([{ key: 'next', labels: ['foreign'] }]);
    await stand.pass(6 * MINUTE);

    expect(stand.alive()).toBe(0);
    const last = Math.max(...stand.world.ledger.machines.map((machine) => machine.terminatedAt!));
    // Half a minute is for shutting down.
    expect(last - cancelledAt).toBeLessThanOrEqual(120 * SECOND + 2 * MINUTE + 30 * SECOND);
    expect(Math.min(...stand.world.ledger.machines.map((machine) => machine.terminatedAt!)) - cancelledAt).toBeGreaterThan(120 * SECOND);
  });
});

describe('P13 the AMI breaker', () => {
  it.each(['Server.SpotInstanceTermination', 'Client.InternalError', 'Client.VolumeLimitExceeded'])('is not opened by machines that EC2 ends with %s while they boot', async (code) => {
    // Slow enough that each is seen running before it goes.
    const stand = createStand({ world: { timing: { boot: [100 * SECOND, 110 * SECOND] } } });
    stand.world.do('breakMachines', { fault: { kind: 'ends-booting', code }, count: 4 });
    stand.push(jobs(4, { durationMs: 5 * SECOND }));
    const blamed: unknown[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      await stand.pass(MINUTE);
      blamed.push(...(await stand.store.listBreakers()).flatMap((breaker) => breaker.failures));
    }

    expect(blamed).toEqual([]);
    expect(stand.world.ledger.served).toHaveLength(4);
  });

  it('is opened by three in a row in more than one pool, then lets one probe through, and closes when one comes online', async () => {
    const stand = createStand({ settings: { maxRunners: 3 } });
    stand.world.do('breakMachines', { fault: { kind: 'never-online' } });
    stand.push(jobs(6, { durationMs: 5 * SECOND }));
    await stand.pass(8 * MINUTE);
    expect((await stand.store.listBreakers())[0]?.openUntil).not.toBeNull();
    const launched = stand.world.ledger.machines.length;
    expect(await mostDuring(stand, 14 * MINUTE)).toBeLessThanOrEqual(1);
    expect(stand.world.ledger.machines.length - launched).toBeLessThanOrEqual(2);
    stand.world.do('mendMachines', {});
    await stand.pass(60 * MINUTE);

    expect((await stand.store.listBreakers()).filter((breaker) => breaker.openUntil !== null)).toEqual([]);
    expect(stand.world.ledger.served).toHaveLength(6);
  });

  it('is not opened by one of two subnets without egress: that pool rests, with its reason', async () => {
    const stand = createStand({ settings: { classes: [{ ...GO, instanceTypes: ['t3.small'] }] } });
    stand.world.do('breakMachines', { pools: { subnet: 'subnet-a' }, fault: { kind: 'never-online' } });
    for (let pushes = 0; pushes < 12; pushes += 1) {
      stand.push(jobs(1, { durationMs: 5 * SECOND }));
      await stand.pass(8 * MINUTE);
    }

    expect(stand.world.ledger.served).toHaveLength(12);
    expect((await stand.store.listBreakers()).filter((breaker) => breaker.openUntil !== null)).toEqual([]);
    expect(await stand.store.listRests()).toMatchObject([{ pool: { subnet: 'subnet-a' }, cause: 'never-online' }]);
    // Three to see it, then one each time that its rest is over.
    expect(stand.world.ledger.machines.length - 12).toBeLessThanOrEqual(5);
  });
});

describe('P9 one machine and one registration that cannot be ended among others', () => {
  it('are told of in every pass, asked ever more seldom, and hinder nobody', async () => {
    let asked = 0;
    let deletions = 0;
    const stubborn = (ports: FleetPorts): FleetPorts => ({
      ...ports,
      launcher: {
        ...ports.launcher,
        terminate: async (instanceId, options) => {
          const first = stand.world.ledger.machines[0]!;
          if (instanceId !== first.instanceId) return ports.launcher.terminate(instanceId, options);
          asked += 1;
          throw new Error('UnauthorizedOperation');
        },
      },
      gitea: {
        ...ports.gitea,
        unregister: async (scope, runnerId) => {
          if (runnerId !== 2) return ports.gitea.unregister(scope, runnerId);
          deletions += 1;
          throw new Error('500');
        },
      },
    });
    let calls = 0;
    const counted = <Port extends object>(port: Port): Port => Object.fromEntries(Object.entries(port).map(([name, method]) => [name, (...args: readonly unknown[]) => ((calls += 1), (method as (...args: readonly unknown[]) => unknown)(...args))])) as Port;
    const stand = createStand({ wrap: (ports) => stubborn({ ...ports, gitea: counted(ports.gitea), launcher: counted(ports.launcher) }) });
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    const run = stand.push(jobs(52));
    await stand.pass(5 * SECOND);
    stand.world.do('cancelRun', { run });
    const perHour: number[] = [];
    let askedInFirstHour = 0;
    for (let hour = 1; hour <= 3; hour += 1) {
      const before = calls;
      await stand.pass(60 * MINUTE);
      perHour.push(calls - before);
      if (hour === 1) askedInFirstHour = asked;
    }

    expect(stand.alive()).toBe(1);
    expect([...stand.world.gitea.registrations.keys()]).toEqual([1, 2]);
    // Ever more seldom, until its death clock asks in each pass.
    expect(asked).toBeLessThan(20 + 120);
    expect(askedInFirstHour).toBeLessThan(20);
    expect(deletions).toBeLessThan(25);
    // What the passes ask does not grow with the hours that it lasts.
    expect(perHour[2]).toBeLessThanOrEqual(perHour[1]!);
    expect(perHour[2]! / 60).toBeLessThan(6);
    const parts = new Set(stand.reports.slice(-20).map((report) => report.failed.map((failed) => failed.part).sort().join(', ')));
    expect([...parts]).toEqual([expect.stringMatching(/^machine i-\w+, registration tinqs-ci-sim-\S+$/)]);
  });
});

describe('on 1.27', () => {
  it('the caller of a reusable workflow, listed as queued and never announced, gets no machine', async () => {
    const stand = createStand({ gitea: '1.27', settings: { classes: [GO] } });
    stand.push([{ key: 'call', labels: ['go'], uses: [{ key: 'inner', labels: ['go'], durationMs: 5 * SECOND }] }]);
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.name)).toEqual(['inner']);
    expect(stand.world.ledger.machines).toHaveLength(1);
  });

  it('re-runs with new ids and copies of final jobs are served once each', async () => {
    const stand = createStand({ gitea: '1.27' });
    const run = stand.push([{ key: 'good', labels: ['go'], durationMs: 5 * SECOND }, { key: 'bad', labels: ['go'], durationMs: 5 * SECOND, conclusion: 'failure' }]);
    await stand.pass(5 * MINUTE);
    stand.world.do('rerun', { run, what: 'failed' });
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.name)).toEqual(['good', 'bad', 'bad']);
    expect(stand.world.ledger.machines).toHaveLength(3);
  });
});

describe('P19 a machine that is lost in its job', () => {
  const interrupted = async (stand: Stand) => {
    stand.push([{ key: 'build', labels: ['go'], durationMs: 10 * MINUTE }]);
    await stand.pass(2 * MINUTE);
    stand.world.do('interrupt', { instanceId: stand.world.ledger.machines.at(-1)!.instanceId, noticeMs: null });
  };

  it('has its job run again once, where the server has the call', async () => {
    const stand = createStand({ gitea: '1.26' });
    await interrupted(stand);
    await stand.pass(30 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['failure', 'success']);
    expect((await outcomes(stand)).sort()).toEqual(['interrupted', 'used']);
  });

  it.each(['1.26', '1.27'] as const)('is not run again a second time, whether or not the re-run has a new id (%s)', async (gitea) => {
    const stand = createStand({ gitea });
    await interrupted(stand);
    await stand.pass(5 * MINUTE);
    stand.world.do('interrupt', { instanceId: stand.world.ledger.machines.at(-1)!.instanceId, noticeMs: null });
    await stand.pass(60 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['failure', 'failure']);
  });

  it.each([['1.25 has no call', '1.25' as const, true], ['the class does not allow it', '1.26' as const, false]])('is not run again: %s', async (_why, gitea, rerun) => {
    const stand = createStand({ gitea, settings: { classes: [{ ...GO, rerun }] } });
    await interrupted(stand);
    await stand.pass(60 * MINUTE);

    expect(stand.world.ledger.served).toHaveLength(1);
  });

  it('is no interruption when it powered itself off while Gitea still says in_progress', async () => {
    const stand = createStand({ gitea: '1.26', world: { misbehaviour: { silentEnds: 1 } } });
    stand.world.do('breakMachines', { fault: { kind: 'job-hangs' } });
    stand.push([{ key: 'build', labels: ['go'] }]);
    await stand.pass(90 * MINUTE);

    expect(await outcomes(stand)).toEqual(['used']);
    expect(stand.world.ledger.served).toHaveLength(1);
  });
});
