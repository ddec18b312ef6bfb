import { describe, expect, it } from 'vitest';
import type { JobPlan } from '@tinqs/simulator';
import { createStand, GO, MINUTE, SECOND } from './stand.js';

/**
 * What happened on 25 May 2026: runners were registered without `ephemeral`, git auth was gone from the machines, jobs
 * failed at their start and were run again and again, and eighteen machines stayed. Nothing capped them.
 */
describe('the incident of 25 May 2026', () => {
  const failing = (count: number): readonly JobPlan[] => Array.from({ length: count }, (_, index) => ({ key: `build-${index}`, labels: ['go'], durationMs: 3 * SECOND, conclusion: 'failure' as const }));
  const zombies = () => createStand({ gitea: '1.25', settings: { maxRunners: 6, classes: [GO] } });

  it('with jobs that fail at their start and machines that do not power off: never more than the cap, each gone by its job’s end and the grace', async () => {
    const stand = zombies();
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    for (let pushes = 0; pushes < 3; pushes += 1) {
      stand.push(failing(6));
      await stand.pass(4 * MINUTE);
    }
    await stand.pass(40 * MINUTE);

    expect(stand.most.machines).toBeLessThanOrEqual(6);
    expect(stand.alive()).toBe(0);
    expect(stand.world.gitea.registrations.size).toBe(0);
    expect(await stand.store.listCapHolders()).toEqual([]);
    for (const machine of stand.world.ledger.machines) {
      const served = stand.world.ledger.served.find((each) => each.instanceId === machine.instanceId);
      if (served?.endedAt != null) expect(machine.terminatedAt! - served.endedAt).toBeLessThan(120 * SECOND + 2 * MINUTE + 30 * SECOND);
    }
  });

  it('with runners that never get a job and machines that do not power off: each is gone by its clock', async () => {
    const stand = zombies();
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    const run = stand.push(failing(18));
    await stand.pass(5 * SECOND);
    stand.world.do('cancelRun', { run });
    await stand.pass(15 * MINUTE);

    expect(stand.most.machines).toBeLessThanOrEqual(6);
    expect(stand.alive()).toBe(0);
  });

  it('says why the others wait', async () => {
    const stand = zombies();
    stand.push(failing(18));
    await stand.pass(10 * SECOND);

    const { jobs } = await stand.store.loadScope('repo-1');
    expect(jobs.filter((job) => job.reasons[0]?.code === 'CAP_ALL')).toHaveLength(12);
    expect(jobs.find((job) => job.reasons[0]?.code === 'CAP_ALL')!.reasons[0]!.sentence).toBe('all 6 places for machines are taken');
  });

  it('with a server that ignores `ephemeral`: nothing is launched, and the reason says so', async () => {
    const stand = createStand({ wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, register: async () => ({ kind: 'refused', sentence: 'the answer does not say ephemeral', permanent: true }) } }) });
    stand.push(failing(1));
    await stand.pass(3 * MINUTE);

    expect(stand.world.ledger.machines).toEqual([]);
    expect((await stand.store.loadScope('repo-1')).jobs[0]!.reasons.map((each) => each.code)).toContain('REGISTRATION_REFUSED');
    expect(await stand.store.listCapHolders()).toEqual([]);
  });
});
