import { describe, expect, it } from 'vitest';
import { simulatedGitea } from '../ports/simulated-gitea.js';
import { createSimulatedWorld } from '../world/world.js';
import { createLawOfInterruptions } from './law-of-interruptions.js';

const MINUTE = 60_000;
const APP = { id: 1, fullName: 'acme/app' };

/** A machine that EC2 takes in its job, which its system still reports. */
function lost(gitea: '1.24' | '1.26' | '1.27' = '1.26', conclusion?: 'failure') {
  const world = createSimulatedWorld({ seed: 1, startedAt: 0, gitea });
  world.do('createRepository', { fullName: APP.fullName, files: { a: 'a' } });
  const run = world.do('push', { repository: APP.fullName, files: { a: 'b' }, workflows: [{ file: 'ci.yml', jobs: [{ key: 'build', labels: ['go'], durationMs: 10 * MINUTE, ...(conclusion === undefined ? {} : { conclusion }) }] }] }).runs[0]!;
  const { id: runnerId } = world.do('register', { name: 'r', labels: ['go'], ephemeral: true, repositoryId: APP.id, owner: null });
  world.do('launch', { clientToken: 't', name: 'r', classId: 'go', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' }, amiId: 'ami-1', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId });
  world.settle(3 * MINUTE);
  world.do('interrupt', { instanceId: [...world.machines.keys()][0]!, noticeMs: null });
  const breaches: string[] = [];
  const law = createLawOfInterruptions(world, { breach: (invariant, what) => void breaches.push(`${invariant} ${what}`) });
  world.settle(5 * MINUTE);
  return { world, run, law, port: law.counting(simulatedGitea(world)), breaches, newest: () => String(world.gitea.runs.get(run)!.jobIds.at(-1)) };
}

describe('the law of interruptions', () => {
  it('is broken by a job of which EC2 took the machine and of which nobody hears', () => {
    const { law } = lost();
    expect(law.unsettled()).toEqual([expect.stringMatching(/^job 1 build lost i-\w+ \(Server\.SpotInstanceTermination\), and nobody was told$/)]);

    law.hear({ lost: [{ job: '1', sentence: 'told' }] });
    expect(law.unsettled()).toEqual([]);
  });

  it.each(['1.26', '1.27'] as const)('is kept where the job runs again, and broken by a second time (%s)', async (gitea) => {
    const { world, run, law, port, breaches, newest } = lost(gitea);
    expect(await port.rerunJob(APP, run, newest())).toBe('started');
    expect(await port.rerunJob(APP, run, newest())).toBe('not-yet');
    expect([law.unsettled(), breaches]).toEqual([[], []]);

    world.do('cancelRun', { run });
    expect(await port.rerunJob(APP, run, newest())).toBe('started');
    expect(breaches).toEqual([`P19 job build of run ${run} is run again a second time`]);
  });

  it('is kept where a person runs it again and cancels that before it begins', () => {
    const { world, run, law } = lost();
    world.do('rerun', { run, what: 'all' });
    world.do('cancelRun', { run });

    expect(law.unsettled()).toEqual([]);
  });

  it('says nothing of a job that fails anyway, nor on 1.24, where nobody can look for it', () => {
    expect(lost('1.26', 'failure').law.unsettled()).toEqual([]);
    expect(lost('1.24').law.unsettled()).toEqual([]);
  });
});
