import { META, reconcileInstance, sweep, type FleetPorts } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import type { JobPlan } from '@tinqs/simulator';
import { BUILD, DEPLOY, interrupted, running, served, take, told } from './interrupted.js';
import { leftovers, NOTHING } from './leftovers.js';
import { createStand, GO, MINUTE, SECOND, type Stand } from './stand.js';

const FAILS: JobPlan = { ...BUILD, durationMs: 3 * MINUTE, conclusion: 'failure' };
const LONG: JobPlan = { key: 'long', labels: ['go'], durationMs: 50 * MINUTE };
const readRun = (wrapped: (read: FleetPorts['gitea']['readRun']) => FleetPorts['gitea']['readRun']) => (ports: FleetPorts) => ({ ...ports, gitea: { ...ports.gitea, readRun: wrapped(ports.gitea.readRun) } });
const theRun = (stand: Stand) => [...stand.world.gitea.runs.keys()].at(-1)!;

const isOver = (stand: Stand) => [...stand.world.gitea.jobs.values()].every((job) => job.state === 'done');

/** What `why` shows of it once it is over. */
async function whyOf(stand: Stand, name: string): Promise<readonly string[]> {
  const ended = await stand.store.listEnded({ from: stand.world.now - 24 * 60 * MINUTE, to: stand.world.now });
  return ended.flatMap(({ kind, job }) => (kind === 'job' && job?.name === name ? job.reasons.filter(({ code }) => code === 'INTERRUPTED').map(({ code, sentence }) => `${code}: ${sentence}`) : []));
}

async function until(stand: Stand, happened: () => boolean): Promise<void> {
  while (!happened()) await stand.pass(SECOND / 4);
}

describe('P19 a job whose machine EC2 took', () => {
  it.each([
    ['1.25', 0, ['build failure'], [expect.stringContaining('has no call for it')]],
    ['1.26', 0, ['build failure', 'build success'], []],
    ['1.26', 1, ['build failure', 'build success'], []],
    ['1.27', 0, ['build failure', 'build success'], []],
    ['1.27', 1, ['build failure', 'build success'], []],
  ] as const)('is not lost where EC2 tells of the end before Gitea tells of the pick-up (%s, silent: %i)', async (gitea, silentEnds, jobs, sentences) => {
    let isBlind = false;
    const stand = createStand({ gitea, wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, listJobs: () => (isBlind ? Promise.reject(new Error('500')) : ports.gitea.listJobs()) } }) });
    stand.push([BUILD]);
    await until(stand, () => stand.alive() === 1);
    stand.world.do('misbehave', { drop: 1, silentEnds });
    await until(stand, () => [...stand.world.gitea.jobs.values()][0]!.state === 'running');
    const [machine] = stand.world.ledger.machines;
    take(stand);
    await until(stand, () => machine!.terminatedAt !== null);
    await reconcileInstance(stand.ports, stand.settings, machine!.instanceId);
    stand.world.do('misbehave', { drop: 0 });
    isBlind = true;
    await stand.pass(3 * MINUTE);
    isBlind = false;
    await stand.pass(90 * MINUTE);

    expect(served(stand)).toEqual(jobs);
    expect(told(stand)).toEqual(sentences);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is the one of which `why` says so, though its machine was launched for another', async () => {
    const stand = createStand();
    const run = stand.push([{ ...BUILD, key: 'first' }]);
    await until(stand, () => stand.alive() === 1);
    stand.world.do('cancelRun', { run });
    stand.push([BUILD]);
    stand.world.do('misbehave', { drop: 1 });
    await until(stand, () => [...stand.world.gitea.jobs.values()].at(-1)!.state === 'running');
    const [machine] = stand.world.ledger.machines;
    take(stand);
    await until(stand, () => machine!.terminatedAt !== null);
    await reconcileInstance(stand.ports, stand.settings, machine!.instanceId);
    stand.world.do('misbehave', { drop: 0 });
    await stand.pass(90 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect(await whyOf(stand, 'build')).toEqual(['INTERRUPTED: EC2 took its machine: Server.SpotInstanceTermination']);
    expect(await whyOf(stand, 'first')).toEqual([]);
  });

  it('is told of on 1.24, too, where only the zombie sweep ends it and its registration is deleted before', async () => {
    const stand = await running('1.24');
    stand.world.do('misbehave', { silentEnds: 1 });
    take(stand);
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure']);
    expect(told(stand)).toEqual([expect.stringContaining('this Gitea has no call for it')]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is told of on 1.24, too, where a pass sees its row gone before the delivery of its end', async () => {
    const stand = await running('1.24');
    stand.world.do('misbehave', { delay: { probability: 1, maxMs: 30 * SECOND } });
    stand.world.do('interrupt', { instanceId: stand.world.ledger.machines.at(-1)!.instanceId });
    await until(stand, () => isOver(stand));
    await sweep(stand.ports, stand.settings);
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure']);
    expect(told(stand)).toEqual([expect.stringContaining('this Gitea has no call for it')]);
  });

  it.each(['1.26', '1.27'] as const)('is not run again once a person did, though it then failed by itself, and is no alarm (%s)', async (gitea) => {
    let isAway = true;
    const stand = await running(gitea, [FAILS], { wrap: readRun((read) => (...run) => (isAway ? Promise.reject(new Error('no answer')) : read(...run))) });
    stand.world.do('misbehave', { silentEnds: 1 });
    take(stand);
    await until(stand, () => isOver(stand));
    expect(stand.world.do('rerun', { run: theRun(stand), what: 'all' }).kind).toBe('started');
    await stand.pass(7 * MINUTE);
    isAway = false;
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build failure']);
    expect(told(stand)).toEqual([]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is told of by the next pass where the one that found it could not tell anybody', async () => {
    const stand = await interrupted('1.25');
    await until(stand, () => isOver(stand) && stand.alive() === 0);
    await expect(sweep(stand.ports, stand.settings, () => Promise.reject(new Error('the table is away')))).rejects.toThrow('away');
    await stand.pass(10 * MINUTE);

    expect(told(stand)).toEqual([expect.stringContaining('has no call for it')]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is told of by the next pass where the one that found it dies before it reports', async () => {
    let dies = false;
    let died = () => undefined as void;
    const dead = new Promise<void>((resolve) => (died = resolve));
    const writeMeta = (store: FleetPorts['store']): FleetPorts['store']['writeMeta'] => (key, value) => (dies && key === META.sweep ? (died(), new Promise(() => undefined)) : store.writeMeta(key, value));
    const stand = await interrupted('1.25', [BUILD], { wrap: (ports) => ({ ...ports, store: { ...ports.store, writeMeta: writeMeta(ports.store) } }) });
    await until(stand, () => stand.alive() === 0);
    dies = true;
    void sweep(stand.ports, stand.settings);
    await dead;
    dies = false;
    await stand.pass(10 * MINUTE);

    expect(told(stand)).toEqual([expect.stringContaining('has no call for it')]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it.each([
    ['1.24', 'failure', []],
    ['1.25', 'failure', [expect.stringContaining('nobody saw how its machine ended')]],
    ['1.26', 'failure', [expect.stringContaining('nobody saw how its machine ended')]],
    ['1.27', 'failure', [expect.stringContaining('nobody saw how its machine ended')]],
    ['1.27', 'success', []],
  ] as const)('is told of where nobody looked until EC2 had forgotten the machine (%s, %s)', async (gitea, conclusion, sentences) => {
    const stand = await running(gitea);
    stand.world.do('misbehave', { drop: 1 });
    if (conclusion === 'failure') take(stand);
    stand.world.settle(stand.world.now + 90 * MINUTE);
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual([`build ${conclusion}`]);
    expect(told(stand)).toEqual(sentences);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is run again though EC2 did not show its machine for a while before it took it', async () => {
    const stand = await running('1.26');
    const { runners: [runner] } = await stand.store.loadScope('repo-1');
    await stand.store.replaceRunner({ ...runner!, missing: 1, version: runner!.version + 1 });
    take(stand);
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect(told(stand)).toEqual([]);
  });

  it.each(['1.26', '1.27'] as const)('is run again once, and nobody is told that it is not, though three passes find it at once (%s)', async (gitea) => {
    const stand = await interrupted(gitea);
    await until(stand, () => stand.alive() === 0);
    const reports = await Promise.all([0, 1, 2].map(() => sweep(stand.ports, stand.settings)));
    await stand.pass(60 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect([...reports.flatMap(({ lost }) => lost), ...told(stand)]).toEqual([]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it.each([
    ['1.24', '1.26'],
    ['1.25', '1.26'],
    ['1.25', '1.27'],
    ['1.26', '1.27'],
  ] as const)('is run again where Gitea is upgraded from %s to %s while it waits for its run', async (before, after) => {
    const stand = await running(before, [BUILD, { ...LONG, durationMs: 30 * MINUTE }]);
    stand.world.do('misbehave', { silentEnds: 1 });
    const machine = stand.world.ledger.machines.find(({ instanceId }) => stand.world.gitea.jobs.get(stand.world.machines.get(instanceId)!.jobId!)!.name === 'build');
    take(stand, machine!.instanceId);
    await stand.pass(5 * MINUTE);
    stand.world.do('upgradeGitea', { to: after });
    await stand.pass(60 * MINUTE);

    expect(served(stand).sort()).toEqual(['build failure', 'build success', 'long success']);
    expect(told(stand)).toEqual([]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });

  it('is no alarm where a person ran it again and no machine can be had for an hour', async () => {
    const stand = await running('1.26');
    stand.world.do('misbehave', { silentEnds: 1 });
    take(stand);
    await until(stand, () => isOver(stand));
    stand.world.do('rerun', { run: theRun(stand), what: 'all' });
    stand.world.do('refuse', { forMs: 60 * MINUTE });
    await stand.pass(120 * MINUTE);

    expect(served(stand)).toEqual(['build failure', 'build success']);
    expect(told(stand)).toEqual([]);
  });

  it('is run again though a person ran another job of its run again first: its row is a copy with a new id (1.27)', async () => {
    const stand = await interrupted('1.27', [BUILD, { key: 'other', labels: ['go'], durationMs: 5 * SECOND }]);
    await until(stand, () => isOver(stand));
    const other = [...stand.world.gitea.jobs.values()].find((job) => job.name === 'other')!;
    expect(stand.world.do('rerun', { run: theRun(stand), what: { job: other.id } }).kind).toBe('started');
    await stand.pass(60 * MINUTE);

    expect(served(stand).sort()).toEqual(['build failure', 'build success', 'other success', 'other success']);
    expect(told(stand)).toEqual([]);
  });

  it('is run again though a list of its run left it out while others changed places', async () => {
    let reads = 0;
    const leavesOut = readRun((read) => async (...run) => {
      const state = await read(...run);
      reads += 1;
      return state === null || reads % 3 !== 0 ? state : { ...state, jobs: state.jobs.filter((each) => each.name !== 'build') };
    });
    const stand = await interrupted('1.26', [BUILD, LONG], { wrap: leavesOut });
    await stand.pass(120 * MINUTE);

    expect(reads).toBeGreaterThan(30);
    expect(served(stand).sort()).toEqual(['build failure', 'build success', 'long success']);
    expect(told(stand)).toEqual([]);
  });

  it('is not run again where its own class forbids that, whatever machine it ran on', async () => {
    const big = { ...GO, id: 'big', labels: ['big', 'deploy'] };
    const none = { ...DEPLOY, limits: { ...DEPLOY.limits, concurrent: 0 } };
    const stand = createStand({ settings: { classes: [none, big] } });
    stand.push([{ key: 'ship', labels: ['deploy'], durationMs: 10 * MINUTE }]);
    stand.push([{ key: 'heavy', labels: ['big'], durationMs: 5 * SECOND }], 'acme/app');
    await stand.pass(2 * MINUTE);
    take(stand, stand.world.ledger.machines[0]!.instanceId);
    await stand.pass(30 * MINUTE);

    expect(served(stand)).toEqual(expect.arrayContaining(['ship failure']));
    expect(served(stand)).not.toContain('ship success');
    expect(told(stand)).toEqual([expect.stringContaining('class "deploy" does not allow it')]);
  });

  it('costs a pass one reading of its run and one asking, however many of that run are lost, and each is run again once', async () => {
    const calls = { readRun: 0, rerunJob: 0 };
    const counted = (ports: FleetPorts): FleetPorts => ({
      ...ports,
      gitea: { ...ports.gitea, readRun: (...run) => ((calls.readRun += 1), ports.gitea.readRun(...run)), rerunJob: (...job) => ((calls.rerunJob += 1), ports.gitea.rerunJob(...job)) },
    });
    const keys = Array.from({ length: 9 }, (_, index) => `part-${index}`);
    const stand = await running('1.26', [...keys.map((key) => ({ key, labels: ['go'], durationMs: 4 * MINUTE })), LONG], { wrap: counted });
    const lost = stand.world.ledger.machines.filter(({ instanceId }) => stand.world.gitea.jobs.get(stand.world.machines.get(instanceId)!.jobId!)!.name !== 'long');
    for (const { instanceId } of lost) take(stand, instanceId);
    await stand.pass(10 * MINUTE);
    const before = { ...calls, passes: stand.reports.length };
    await stand.pass(10 * MINUTE);

    const passes = stand.reports.length - before.passes;
    expect(lost).toHaveLength(9);
    expect({ readRun: calls.readRun - before.readRun, rerunJob: calls.rerunJob - before.rerunJob }).toEqual({ readRun: passes, rerunJob: passes });
    await stand.pass(150 * MINUTE);
    expect(served(stand).filter((each) => each.endsWith('success')).sort()).toEqual([...keys.map((key) => `${key} success`), 'long success'].sort());
    expect(told(stand)).toEqual([]);
    expect(await leftovers(stand)).toEqual(NOTHING);
  });
});
