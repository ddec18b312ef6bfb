import { describe, expect, it } from 'vitest';
import { createSimulatedWorld } from '../world/world.js';
import { createStand, type Stand } from '../fidelity/stand.js';
import type { MachineFault } from './ec2-state.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LIMITS = { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 };

function machineOf(stand: Stand, instanceId: string) {
  return stand.world.machines.get(instanceId)!;
}

describe('a simulated machine', () => {
  it('boots, serves one job, and is gone', () => {
    const stand = createStand('1.26');
    stand.dispatch([{ key: 'a', labels: ['go'], durationMs: 10 * SECOND }, { key: 'b', labels: ['go'] }]);
    const { instanceId, runnerId } = stand.machine();

    stand.pass(3 * MINUTE);

    expect(machineOf(stand, instanceId)).toMatchObject({ state: 'terminated', stateReason: 'Client.InstanceInitiatedShutdown' });
    expect(stand.world.ledger.served.map(({ name }) => name)).toEqual(['a']);
    expect(stand.world.gitea.registrations.has(runnerId)).toBe(false);
    expect(stand.world.console(instanceId)).toMatch(/runner online\n.*job started: a\n.*runner ended after its job/);
  });

  it('ends itself when no job comes within its idle limit, and leaves its registration behind', () => {
    const stand = createStand('1.26');
    const { instanceId, runnerId } = stand.machine();

    stand.pass(5 * MINUTE);
    expect(machineOf(stand, instanceId).phase).toBe('idle');
    stand.pass(2 * MINUTE);

    expect(machineOf(stand, instanceId).state).toBe('terminated');
    expect(stand.world.gitea.registrations.get(runnerId)).toMatchObject({ online: false, jobId: null });
  });

  it('is shown by DescribeInstances within seconds, or up to a minute late', () => {
    const stand = createStand('1.26');
    stand.machine();
    stand.world.do('misbehave', { unseen: 1 });
    stand.machine();
    stand.pass(10 * SECOND);
    expect(stand.world.instances()).toHaveLength(1);
    stand.pass(MINUTE);

    expect(stand.world.instances()).toHaveLength(2);
  });

  const faults: readonly [MachineFault, string, (stand: Stand, instanceId: string) => void][] = [
    [{ kind: 'never-online' }, 'ends at its boot limit', (stand, id) => expect(stand.world.console(id)).toContain('boot limit')],
    [{ kind: 'ends-booting', code: 'Client.VolumeLimitExceeded' }, 'ends with that state reason', (stand, id) => expect(machineOf(stand, id).stateReason).toBe('Client.VolumeLimitExceeded')],
    [{ kind: 'dies-in-job', afterMs: 5 * SECOND }, 'reports nothing: the zombie sweep does', (stand) => expect(stand.world.jobs()[0]).toMatchObject({ conclusion: 'failure' })],
    [{ kind: 'stops' }, 'is stopped, not terminated', (stand, id) => expect(machineOf(stand, id).state).toBe('stopped')],
    [{ kind: 'shutdown-hangs' }, 'stays shutting down', (stand, id) => expect(machineOf(stand, id).state).toBe('shutting-down')],
    [{ kind: 'ignores-poweroff' }, 'runs on', (stand, id) => expect(machineOf(stand, id).state).toBe('running')],
  ];

  it.each(faults)('%o: %s', (fault, _what, check) => {
    const stand = createStand('1.26');
    stand.world.do('breakMachines', { fault, count: 1 });
    stand.dispatch([{ key: 'a', labels: ['go'], durationMs: 10 * SECOND }]);
    const { instanceId } = stand.machine();

    stand.pass(20 * MINUTE);

    check(stand, instanceId);
    stand.world.do('terminate', { instanceId, force: true });
    stand.pass(2 * MINUTE);
    expect(machineOf(stand, instanceId).state).toBe('terminated');
  });

  it('with a job that hangs ends at its job limit, and reports the failure', () => {
    const stand = createStand('1.26');
    stand.world.do('breakMachines', { fault: { kind: 'job-hangs' } });
    stand.dispatch([{ key: 'a', labels: ['go'] }]);
    const { instanceId } = stand.machine();

    stand.pass(50 * MINUTE);
    expect(machineOf(stand, instanceId).phase).toBe('busy');
    stand.pass(15 * MINUTE);

    expect(stand.world.jobs()[0]).toMatchObject({ state: 'done', conclusion: 'failure' });
    expect(machineOf(stand, instanceId).state).toBe('terminated');
  });

  it('works on for 50 s after the end of a job that was cancelled on 1.25, in vain and unannounced', () => {
    const stand = createStand('1.25');
    const run = stand.dispatch([{ key: 'a', labels: ['go'], durationMs: 2 * MINUTE }]);
    const { instanceId, runnerId } = stand.machine();
    stand.pass(MINUTE);
    const before = stand.told('a').length;

    stand.world.do('cancelRun', { run });
    expect(stand.world.gitea.registrations.has(runnerId)).toBe(false);
    stand.pass(2 * MINUTE);
    expect(machineOf(stand, instanceId).phase).toBe('busy');
    stand.pass(2 * MINUTE);

    expect(machineOf(stand, instanceId).state).toBe('terminated');
    expect(stand.told('a').length).toBe(before);
  });

  it('whose registration is gone at its boot ends without a job', () => {
    const stand = createStand('1.27');
    const { instanceId, runnerId } = stand.machine();
    stand.world.do('unregister', { runnerId });

    stand.pass(2 * MINUTE);

    expect(stand.world.console(instanceId)).toContain('the registration is gone');
  });
});

describe('a Spot interruption', () => {
  it('is announced at once, ends the job after a minute with a truthful failure, and frees the machine', () => {
    const stand = createStand('1.27');
    stand.dispatch([{ key: 'long', labels: ['go'], durationMs: 10 * MINUTE }]);
    const { instanceId } = stand.machine();
    stand.pass(MINUTE);

    stand.world.do('interrupt', { instanceId });
    const told = stand.world.advanceTo(stand.world.now + 3 * MINUTE);

    expect(told.filter((each) => each.kind === 'instance-event').map((each) => each.detail['instance-action'] ?? each.detail.state)).toEqual(['terminate', 'shutting-down', 'terminated']);
    const { startedAt, completedAt, conclusion } = stand.world.jobs()[0]!;
    expect(conclusion).toBe('failure');
    expect(completedAt! - startedAt!).toBeLessThan(2 * MINUTE);
  });

  it('with too short a notice, or none, is EC2’s own end, and reports unless it is cut off', () => {
    for (const [silentEnds, state] of [
      [0, 'done'],
      [1, 'running'],
    ] as const) {
      const stand = createStand('1.27');
      stand.world.do('misbehave', { silentEnds });
      stand.dispatch([{ key: 'long', labels: ['go'], durationMs: 10 * MINUTE }]);
      const { instanceId } = stand.machine();
      stand.pass(MINUTE);

      stand.world.do('interrupt', { instanceId, noticeMs: null });
      stand.pass(MINUTE);

      expect(machineOf(stand, instanceId)).toMatchObject({ state: 'terminated', stateReason: 'Server.SpotInstanceTermination' });
      expect(stand.world.jobs()[0]!.state).toBe(state);
    }
  });
});

describe('RunInstances', () => {
  const request = { clientToken: 't', name: 'n', classId: 'go', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' as const }, amiId: 'ami-1', limits: LIMITS, tags: {}, runnerId: 1 };

  it('answers the same token and request with the same machine, another request with a mismatch', () => {
    const { world } = createStand('1.26');

    const first = world.do('launch', request);

    expect(world.do('launch', { ...request })).toEqual(first);
    expect(world.do('launch', { ...request, amiId: 'ami-2' })).toMatchObject({ code: 'IdempotentParameterMismatch' });
    expect(world.ledger.machines.length).toBe(1);
  });

  it('does not make a second machine for the token of one that has ended', () => {
    const stand = createStand('1.26');
    const answer = stand.world.do('launch', request);
    stand.pass(20 * MINUTE);

    expect(answer.kind).toBe('launched');
    expect(stand.world.do('launch', request)).toMatchObject({ code: 'IdempotentInstanceTerminated' });
  });

  it('refuses in the pools and as often as the script says', () => {
    const { world } = createStand('1.26');
    world.do('refuse', { pools: { market: 'spot' }, count: 1 });

    expect(world.do('launch', request)).toMatchObject({ code: 'InsufficientInstanceCapacity' });
    expect(world.do('launch', request)).toMatchObject({ kind: 'launched' });

    world.do('refuse', { code: 'MaxSpotInstanceCountExceeded', forMs: MINUTE });
    expect(world.do('launch', { ...request, clientToken: 'u' })).toMatchObject({ code: 'MaxSpotInstanceCountExceeded' });
    world.settle(world.now + MINUTE);
    expect(world.do('launch', { ...request, clientToken: 'u' })).toMatchObject({ kind: 'launched' });
  });

  it('shows a new machine after a moment, and an ended one for an hour', () => {
    const stand = createStand('1.26');
    stand.machine();
    const shown = (): number => stand.world.instances().length;

    stand.pass(5 * SECOND);
    expect(shown()).toBe(1);
    stand.pass(30 * MINUTE);
    expect(stand.world.instances()[0]!.state).toBe('terminated');
    stand.pass(60 * MINUTE);
    expect(shown()).toBe(0);
  });

  it('shows what a world shows that was taken up again just now: each ended machine for its own hour, by the clock of EC2 as it is set', () => {
    const stand = createStand('1.26');
    const seen = new Set<string>();
    for (let step = 0; step < 100; step += 1) {
      if (step % 9 === 0) stand.machine();
      if (step === 60) stand.world.do('misbehave', { ec2SkewMs: 90 * SECOND });
      stand.pass(MINUTE + 7 * SECOND);
      const fresh = createSimulatedWorld({ seed: 1, startedAt: 0, gitea: '1.26', state: structuredClone(stand.world.state) });
      const [listed, expected] = [stand.world, fresh].map((world) => world.instances().toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1)));
      expect(listed).toEqual(expected);
      for (const { state } of listed!) seen.add(state);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['running', 'terminated']));
  });
});
