import type { FleetPorts } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { BUILD, interrupted, running, served, take, told } from './interrupted.js';
import { leftovers, NOTHING } from './leftovers.js';
import { createStand, GO, MINUTE, SECOND } from './stand.js';

describe('P19 a job whose machine was lost', () => {
  it.each(['1.26', '1.27'] as const)('is not run again beside a newer run of its ref, and people are told once (%s)', async (gitea) => {
    const stand = await interrupted(gitea);
    stand.push([{ key: 'newer', labels: ['go'], durationMs: 5 * SECOND }]);
    await stand.pass(60 * MINUTE);

    expect(served(stand).sort()).toEqual(['build failure', 'newer success']);
    expect(told(stand)).toEqual(['job build of acme/app lost its machine and is not run again: a newer run of its ref or concurrency group has begun']);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it.each(['1.26', '1.27'] as const)('is not run again once a job behind it has begun that must not run twice (%s)', async (gitea) => {
    const stand = await interrupted(gitea, [BUILD, { key: 'ship', labels: ['deploy'], needs: ['build'], condition: 'always', durationMs: 20 * SECOND }]);
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'ship success']);
    expect(told(stand)).toEqual([expect.stringContaining('job ship, which may stand behind it, has begun')]);
  });

  it.each([
    ['1.25', GO, /no call for it \(since 1\.26\).*blocked for 24 h/],
    ['1.26', { ...GO, rerun: false }, /class "go" does not allow it/],
  ] as const)('is told of where nobody runs it again (%s)', async (gitea, runnerClass, sentence) => {
    const stand = await interrupted(gitea, [BUILD], { settings: { classes: [runnerClass] } });
    await stand.pass(60 * MINUTE);

    expect(told(stand)).toEqual([expect.stringMatching(sentence)]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it.each(['1.26', '1.27'] as const)('is told of where it is lost a second time (%s)', async (gitea) => {
    const stand = await interrupted(gitea);
    await stand.pass(5 * MINUTE);
    take(stand);
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build failure']);
    expect(told(stand)).toEqual([expect.stringContaining('it was run again once already')]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is told of after half an hour in which Gitea does not take it, and kept no longer', async () => {
    const stand = await interrupted('1.26', [BUILD], { wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, rerunJob: async () => Promise.reject(new Error('403')) } }) });
    await stand.pass(60 * MINUTE);

    expect(told(stand)).toEqual([expect.stringContaining('Gitea did not take it within 30 minutes')]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('hinders nothing where Gitea tells nothing of its run: registrations without a machine go within two sweeps', async () => {
    const forbidden = Object.assign(new Error('the token may not read runs'), { kind: 'forbidden' });
    const stand = createStand({ wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, readRun: () => Promise.reject(forbidden) } }) });
    stand.push(['a', 'b', 'c', 'd'].map((key) => ({ ...BUILD, key })));
    await stand.pass(2 * MINUTE);
    for (const { instanceId } of stand.world.ledger.machines) take(stand, instanceId);
    await stand.pass(18 * MINUTE);
    expect(stand.reports.at(-1)!.failed).toEqual([{ part: 'gitea forbidden', message: 'Gitea refuses: the token may not read runs' }]);
    await stand.ports.gitea.register({ name: 'tinqs-ci-sim-go-nobody', labels: ['go'], scope: stand.scope });
    await stand.pass(3 * MINUTE);

    expect(await stand.ports.gitea.listRunners(stand.scope)).toEqual([]);
    await stand.pass(40 * MINUTE);
    expect(told(stand)).toHaveLength(4);
    expect(new Set(told(stand).map((sentence) => sentence.replace(/^.*run again: /, '')))).toEqual(new Set(['Gitea did not take it within 30 minutes: the token may not read runs']));
  });

  it.each(['1.26', '1.27'] as const)('is run again where a Spot notice left it no time: its machine waits for EC2 to say why it ends (%s)', async (gitea) => {
    const stand = await running(gitea);
    stand.world.do('interrupt', { instanceId: stand.world.ledger.machines.at(-1)!.instanceId });
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect(told(stand)).toEqual([]);
    expect(stand.world.ledger.machines[0]!.stateReason).toBe('Server.SpotInstanceTermination');
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is told of nowhere where Gitea runs it again', async () => {
    const stand = await interrupted('1.26');
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect(told(stand)).toEqual([]);
  });

  it.each([
    ['1.26', 'the answer is lost', 'rerunJob'],
    ['1.27', 'the answer is lost', 'rerunJob'],
    ['1.26', 'the sweep dies behind the answer', 'log'],
    ['1.27', 'the sweep dies behind the answer', 'log'],
  ] as const)('is run again once, and nobody is told that it is not, though %s: %s', async (gitea, _what, where) => {
    let failures = 0;
    const failOnce = () => {
      failures += 1;
      if (failures === 1) throw new Error('lost');
    };
    const stand = await interrupted(gitea, [{ ...BUILD, conclusion: 'failure' }], {
      wrap: (ports) => ({
        ...ports,
        log: { ...ports.log, info: (message, fields) => (where === 'log' && message === 'interrupted job run again' ? failOnce() : ports.log.info(message, fields)) },
        gitea: { ...ports.gitea, rerunJob: (...job) => ports.gitea.rerunJob(...job).then((answer) => (where === 'rerunJob' && answer === 'started' ? failOnce() : undefined, answer)) },
      }),
    });
    await stand.pass(90 * MINUTE);

    expect(failures).toBe(1);
    expect(served(stand)).toEqual(['build failure', 'build failure']);
    expect(told(stand)).toEqual([]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it.each(['1.26', '1.27'] as const)('is run again once the rest of its run is over, however long that takes (%s)', async (gitea) => {
    const stand = await interrupted(gitea, [BUILD, { key: 'long', labels: ['go'], durationMs: 50 * MINUTE }]);
    await stand.pass(90 * MINUTE);

    expect(served(stand).sort()).toEqual(['build failure', 'build success', 'long success']);
    expect(told(stand)).toEqual([]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is told of after a day in which its run is never over', async () => {
    const endless = { id: '99', name: 'endless', labels: [], status: 'running', conclusion: null, runnerId: null, startedAt: null, completedAt: null } as const;
    const never = async (port: FleetPorts['gitea'], ...run: Parameters<FleetPorts['gitea']['readRun']>) => {
      const read = await port.readRun(...run);
      return read === null ? null : { ...read, jobs: [...read.jobs, endless] };
    };
    const stand = await interrupted('1.26', [BUILD], { wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, readRun: (...run) => never(ports.gitea, ...run), rerunJob: async () => 'not-yet' } }) });
    await stand.pass(23 * 60 * MINUTE);
    expect(told(stand)).toEqual([]);
    await stand.pass(2 * 60 * MINUTE);

    expect(told(stand)).toEqual([expect.stringContaining('its run was not over within 24 hours')]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is run again though Gitea fails for a quarter of an hour when its long run is over', async () => {
    let fails = false;
    const stand = await interrupted('1.26', [BUILD, { key: 'long', labels: ['go'], durationMs: 50 * MINUTE }], { wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, readRun: (...run) => (fails ? Promise.reject(new Error('no answer')) : ports.gitea.readRun(...run)) } }) });
    await stand.pass(45 * MINUTE);
    fails = true;
    await stand.pass(15 * MINUTE);
    fails = false;
    await stand.pass(30 * MINUTE);

    expect(served(stand).sort()).toEqual(['build failure', 'build success', 'long success']);
    expect(told(stand)).toEqual([]);
  });

  it('is run again by a Gitea that was away for longer than half an hour, and takes it 15 minutes after', async () => {
    let [isAway, takesIt] = [false, true];
    const gitea = (port: FleetPorts['gitea']) => new Proxy(port, { get: (target, name) => (isAway ? () => Promise.reject(new Error('no answer')) : name === 'rerunJob' && !takesIt ? () => Promise.resolve('not-yet') : (Reflect.get(target, name) as unknown)) });
    const stand = await interrupted('1.26', [BUILD], { wrap: (ports) => ({ ...ports, gitea: gitea(ports.gitea) }) });
    [isAway, takesIt] = [true, false];
    await stand.pass(40 * MINUTE);
    isAway = false;
    await stand.pass(15 * MINUTE);
    takesIt = true;
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect(told(stand)).toEqual([]);
  });
});
