import { reconcileInstance } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { BUILD, running, served, take, told } from './interrupted.js';
import { leftovers, NOTHING } from './leftovers.js';
import { createStand, MINUTE, SECOND, type Stand } from './stand.js';


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
    const stand = createStand({ gitea });
    stand.push([BUILD]);
    await until(stand, () => stand.alive() === 1);
    stand.world.do('misbehave', { drop: 1, silentEnds });
    await until(stand, () => [...stand.world.gitea.jobs.values()][0]!.state === 'running');
    const [machine] = stand.world.ledger.machines;
    take(stand);
    await until(stand, () => machine!.terminatedAt !== null);
    await reconcileInstance(stand.ports, stand.settings, machine!.instanceId);
    stand.world.do('misbehave', { drop: 0 });
    await stand.pass(90 * MINUTE);

    expect(served(stand)).toEqual(jobs);
    expect(told(stand)).toEqual(sentences);
    expect(await leftovers(stand)).toEqual(NOTHING);
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
});
