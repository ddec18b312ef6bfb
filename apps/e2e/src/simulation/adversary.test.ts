import { describe, expect, it } from 'vitest';
import { createController, reconcileInstance, sweep, type FleetPorts, type JobFact, type RunnerRow } from '@tinqs/fleet';
import { deliveryFact } from '@tinqs/simulator';
import { createStand, GO, MINUTE, SECOND, type Stand } from './stand.js';

const jobs = (stand: Stand) => stand.store.loadScope('repo-1').then((items) => items.jobs);
const runners = (stand: Stand) => stand.store.loadScope('repo-1').then((items) => items.runners);
const long = (key: string) => ({ key, labels: ['go'], durationMs: 20 * MINUTE });
const IGNORES_POWEROFF = { kind: 'ignores-poweroff' } as const;

describe('I6 a claim that Gitea 1.27 announces and gives back, since its answer could not be delivered', () => {
  it('ends nobody: the runner is noted with the job that it then took, and works on long after the first is over', async () => {
    const stand = createStand({ gitea: '1.27' });
    stand.push([{ key: 'short', labels: ['go'], durationMs: 5 * SECOND }, long('long')]);
    await stand.pass(4 * SECOND);
    const registered = [...stand.world.gitea.registrations.keys()];
    // The older registration gets the older job, and the other one had claimed it for a moment.
    const fact = (await stand.ports.gitea.listJobs()).find((each) => each.name === 'short')!;
    const loser = registered[1]!;
    await stand.controller.record(stand.scope, { ...fact, status: 'running', runnerId: loser, via: 'delivery' });
    await stand.controller.serve(stand.scope);
    expect((await runners(stand)).find((runner) => runner.runnerId === loser)!.ran).toBe(fact.id);
    await stand.pass(15 * MINUTE);

    const longs = stand.world.ledger.served.find((served) => served.name === 'long')!;
    expect(longs.endedAt).toBeNull();
    expect(stand.world.ledger.machines.find((machine) => machine.instanceId === longs.instanceId)!.terminatedAt).toBeNull();
    expect((await runners(stand)).find((runner) => runner.runnerId === longs.runnerId)!.ran).toBe(String(longs.jobId));
    await stand.pass(30 * MINUTE);
    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success', 'success']);
    expect(stand.alive()).toBe(0);
  });
});

describe('a job that runs again under its id (≤ 1.26)', () => {
  it.each(['1.24', '1.25', '1.26'] as const)('is ended on no machine by what is told late of its first attempt (%s)', async (gitea) => {
    const stand = createStand({ gitea });
    const run = stand.push([{ key: 'build', labels: ['go'], durationMs: 20 * MINUTE, conclusion: 'failure' }]);
    await stand.pass(2 * MINUTE);
    const job = (await jobs(stand))[0]!;
    const told: JobFact = { id: job.id, repository: job.repository, runId: run, name: job.name, labels: job.labels, status: 'running', conclusion: null, headSha: job.headSha, headBranch: null, url: null, runnerId: job.runnerId, createdAt: null, seenAt: 0, via: 'delivery' };
    await stand.pass(25 * MINUTE);
    stand.world.do('rerun', { run, what: 'all' });
    await stand.pass(2 * MINUTE);
    const second = stand.world.ledger.served.at(-1)!;
    expect(second).toMatchObject({ attempt: 2, endedAt: null });
    // The pick-up and the end of the first attempt, minutes late.
    await stand.controller.record(stand.scope, { ...told, seenAt: stand.world.now });
    if (gitea !== '1.24') await stand.controller.record(stand.scope, { ...told, status: 'done', conclusion: 'failure', seenAt: stand.world.now });
    await stand.controller.serve(stand.scope);
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.machines.find((machine) => machine.instanceId === second.instanceId)!.terminatedAt).toBeNull();
  });
});

describe('a row that a list of runners leaves out, since rows changed places between its pages', () => {
  const forgetful = (leaveOut: (row: RunnerRow) => boolean) => (ports: FleetPorts): FleetPorts => ({ ...ports, gitea: { ...ports.gitea, listRunners: async (scope) => (await ports.gitea.listRunners(scope)).filter((row) => !leaveOut(row)) } });

  it('is no gone one: its machine works on past its boot limit, though no webhook and no list names its job', async () => {
    // Gitea away for the lists of jobs, webhooks lost: the row is all there is.
    const stand = createStand({ wrap: (ports) => forgetful(() => true)({ ...ports, gitea: { ...ports.gitea, listJobs: async () => [] } }), world: { misbehaviour: { drop: 0 } } });
    stand.push([long('long')]);
    await stand.pass(5 * SECOND);
    stand.world.do('misbehave', { drop: 1 });
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.served).toMatchObject([{ name: 'long', endedAt: null }]);
    expect(stand.world.ledger.machines[0]!.terminatedAt).toBeNull();
    expect((await runners(stand))[0]!.registrationGone).toBe(false);
  });

  it('is still supply: no second machine is launched beside it', async () => {
    const stand = createStand({ wrap: forgetful(() => true), world: { timing: { boot: [100 * SECOND, 110 * SECOND] } } });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.machines).toHaveLength(1);
    expect(stand.world.gitea.registrations.size).toBe(0);
  });

  it('and cannot be asked for, is a row of which nothing is known: nothing is ended on its account', async () => {
    const stand = createStand({
      wrap: (ports) => forgetful(() => true)({ ...ports, gitea: { ...ports.gitea, listJobs: async () => [], readRunner: async () => Promise.reject(new Error('500')) } }),
    });
    stand.push([long('long')]);
    await stand.pass(5 * SECOND);
    stand.world.do('misbehave', { drop: 1 });
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.machines[0]!.terminatedAt).toBeNull();
    expect(stand.reports.at(-1)!.failed.map(({ message }) => message)).toContain('500');
  });
});

describe('P14 a machine past its idle limit', () => {
  it('that is given a job after its row was read and before it is ended works on', async () => {
    let between: (() => void) | undefined;
    const wrap = (ports: FleetPorts): FleetPorts => ({
      ...ports,
      gitea: {
        ...ports.gitea,
        listRunners: async (scope) => {
          const rows = await ports.gitea.listRunners(scope);
          between?.();
          return rows;
        },
      },
    });
    const stand = createStand({ gitea: '1.27', wrap });
    const run = stand.push([long('first')]);
    await stand.pass(5 * SECOND);
    stand.world.do('cancelRun', { run });
    await stand.pass(4 * MINUTE);
    // As if the machine's own clock stood still: from outside its idle limit is long over.
    const { runners: [idle] } = await stand.store.loadScope('repo-1');
    await stand.store.replaceRunner({ ...idle!, limits: { ...idle!.limits, idleSeconds: 1 }, version: idle!.version + 1 });
    between = () => {
      between = undefined;
      stand.push([long('second')]);
      stand.world.settle(stand.world.now + 10 * SECOND);
    };
    await stand.pass(3 * MINUTE);

    expect(stand.world.ledger.served).toMatchObject([{ name: 'second', endedAt: null }]);
    expect(stand.world.ledger.machines.find((machine) => machine.instanceId === idle!.instanceId)!.terminatedAt).toBeNull();
  });
});

describe('a machine whose tags were changed by hand', () => {
  it('that lost its runner id and its record is found by its name among the rows, and is ended by no mistake', async () => {
    const stand = createStand({
      wrap: (ports) => ({
        ...ports,
        launcher: { ...ports.launcher, list: async () => (await ports.launcher.list()).map((each) => ({ ...each, tags: Object.fromEntries(Object.entries(each.tags).filter(([key]) => key !== 'tinqs-ci:runner-id')) })) },
      }),
    });
    stand.push([long('long')]);
    await stand.pass(5 * SECOND);
    const { runners: [runner] } = await stand.store.loadScope('repo-1');
    stand.world.do('misbehave', { drop: 1 });
    await stand.store.deleteRunner('repo-1', runner!.name);
    await stand.pass(15 * MINUTE);

    expect((await runners(stand))[0]).toMatchObject({ name: runner!.name, runnerId: runner!.runnerId });
    expect(stand.world.ledger.served).toMatchObject([{ name: 'long', endedAt: null }]);
    expect(stand.world.ledger.machines[0]!.terminatedAt).toBeNull();
  });

  it('that lost all of them is left to its own clocks and to the longest life there is', async () => {
    const stand = createStand({ wrap: (ports) => ({ ...ports, launcher: { ...ports.launcher, list: async () => (await ports.launcher.list()).map((each) => ({ ...each, tags: { 'tinqs-ci': 'true' } })) } }) });
    stand.world.do('breakMachines', { fault: { kind: 'job-hangs' } });
    stand.world.do('breakMachines', { fault: IGNORES_POWEROFF });
    stand.push([long('long')]);
    await stand.pass(5 * SECOND);
    const { runners: [runner] } = await stand.store.loadScope('repo-1');
    await stand.store.deleteRunner('repo-1', runner!.name);
    await stand.pass(6 * 60 * MINUTE + 2 * MINUTE);

    expect(stand.alive()).toBe(0);
  });
});

describe('two sweeps, two dispatchers and an instance event at the same instant', () => {
  it('end, adopt and launch nothing twice', async () => {
    const stand = createStand({ settings: { classes: [GO] } });
    const other = createController(stand.ports, stand.settings);
    stand.push([{ key: 'one', labels: ['go'], durationMs: 5 * SECOND }, { key: 'two', labels: ['go'], durationMs: 5 * SECOND }]);
    for (let minute = 0; minute < 12; minute += 1) {
      await stand.pass(30 * SECOND);
      const [machine] = stand.world.ledger.machines;
      await Promise.all([sweep(stand.ports, stand.settings), sweep(stand.ports, stand.settings), stand.controller.serve(stand.scope), other.serve(stand.scope), ...(machine === undefined ? [] : [reconcileInstance(stand.ports, stand.settings, machine.instanceId)])]);
      await stand.pass(30 * SECOND);
    }

    expect(stand.world.ledger.machines).toHaveLength(2);
    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success', 'success']);
    expect(await stand.store.listCapHolders()).toEqual([]);
    expect(stand.world.gitea.registrations.size).toBe(0);
  });
});

describe('a machine that DescribeInstances does not show', () => {
  const unknownLaunch = (isHidden: () => boolean, exists = true) => (ports: FleetPorts): FleetPorts => ({
    ...ports,
    launcher: {
      ...ports.launcher,
      launch: async (order) => {
        if (exists) await ports.launcher.launch(order);
        return { kind: 'unknown', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' }, sentence: 'no answer', tried: [] };
      },
      list: async () => (isHidden() ? [] : ports.launcher.list()),
    },
  });

  it('is looked for twice before its name is given up, also by the first pass after a long pause', async () => {
    const stand = createStand({ wrap: unknownLaunch(() => true, false) });
    stand.push([long('build')]);
    await stand.pass(5 * SECOND);
    stand.world.settle(stand.world.now + 200 * SECOND);

    await sweep(stand.ports, stand.settings);
    expect((await runners(stand))[0]).toMatchObject({ state: 'launching', missing: 1 });
    await sweep(stand.ports, stand.settings);
    expect(await runners(stand)).toEqual([]);
  });

  it('and is shown at the second look is adopted: no second one is launched', async () => {
    let hidden = true;
    const stand = createStand({ wrap: unknownLaunch(() => hidden) });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * MINUTE }]);
    await stand.pass(5 * SECOND);
    stand.world.settle(stand.world.now + 100 * SECOND);
    await sweep(stand.ports, stand.settings);
    hidden = false;
    await stand.pass(15 * MINUTE);

    expect(stand.world.ledger.machines).toHaveLength(1);
    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success']);
  });
});

describe('an AMI name that is promoted between a lost answer and its repeat', () => {
  it('changes nothing: the request was resolved once, at the grant, and is repeated as it was', async () => {
    let resolved = 0;
    const orders: string[] = [];
    const stand = createStand({
      wrap: (ports) => ({
        ...ports,
        launcher: {
          ...ports.launcher,
          resolveAmi: async () => `ami-${(resolved += 1)}`,
          launch: async (order) => {
            orders.push(order.amiId);
            const first = await ports.launcher.launch(order);
            const repeated = await ports.launcher.launch(order);
            expect(repeated).toMatchObject({ kind: 'launched', instanceId: first.kind === 'launched' ? first.instanceId : '' });
            return repeated;
          },
        },
      }),
    });
    stand.push([{ key: 'build', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(10 * MINUTE);

    expect(orders).toEqual(['ami-1']);
    expect(stand.world.ledger.machines).toHaveLength(1);
  });
});

describe('I2 a planner that stands still between what it reads and what it plans', () => {
  it('takes no grant that was fresh when it read for one that expired, and launches nothing beside it', async () => {
    let standsStill = false;
    const stand = createStand({
      wrap: (ports) => ({
        ...ports,
        store: {
          ...ports.store,
          listRests: async () => {
            if (standsStill) stand.world.settle(stand.world.now + 70 * SECOND);
            return ports.store.listRests();
          },
        },
      }),
    });
    stand.push([long('one')]);
    const [fact] = stand.world.advanceTo(stand.world.now + 30 * SECOND).flatMap((told) => (told.kind === 'delivery' ? (deliveryFact(stand.world, told) ?? []) : []));
    await stand.controller.record(stand.scope, fact!);
    // Another planner has granted, and not yet registered.
    await stand.store.savePlan(stand.scope, { epoch: 1, grants: [{ name: 'tinqs-ci-sim-go-1.1.0', classId: 'go', jobId: fact!.id, grantedAt: stand.world.now }] });
    standsStill = true;

    expect(await stand.controller.serve(stand.scope)).toMatchObject({ granted: [], held: [{ jobId: fact!.id, code: 'SERVED' }] });
  });
});
