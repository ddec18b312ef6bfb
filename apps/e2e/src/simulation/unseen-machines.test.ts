import { describe, expect, it } from 'vitest';
import { reconcileInstance, sweep, type FleetPorts, type Instance } from '@tinqs/fleet';
import { leftovers, NOTHING } from './leftovers.js';
import { createStand, MINUTE, type Stand } from './stand.js';

const long = { key: 'long', labels: ['go'], durationMs: 20 * MINUTE };

/** Served once, by one machine, to its end; and nothing is left. */
async function expectServedOnce(stand: Stand): Promise<void> {
  expect(stand.world.ledger.machines).toHaveLength(1);
  expect(stand.world.ledger.served.map(({ conclusion }) => conclusion)).toEqual(['success']);
  expect(await leftovers(stand)).toEqual(NOTHING);
}

describe('a machine that EC2 does not show, and that Gitea hears of', () => {
  const hiding = (isHidden: (instance: Instance) => boolean) => (ports: FleetPorts): FleetPorts => ({ ...ports, launcher: { ...ports.launcher, list: async () => (await ports.launcher.list()).filter((each) => !isHidden(each)) } });

  it('for its first quarter of an hour works on: a row that is online is a machine that lives', async () => {
    const stand = createStand({ world: { timing: { visible: [15 * MINUTE, 15 * MINUTE] } } });
    stand.push([long]);
    await stand.pass(60 * MINUTE);

    await expectServedOnce(stand);
  });

  it('and whose launch nobody heard the end of works on, though it shows up only after its name would be given up', async () => {
    const stand = createStand({
      world: { timing: { visible: [5 * MINUTE, 5 * MINUTE] } },
      wrap: (ports) => ({ ...ports, launcher: { ...ports.launcher, launch: async (order) => (await ports.launcher.launch(order), { kind: 'unknown', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' }, sentence: 'no answer', tried: [] }) } }),
    });
    stand.push([long]);
    await stand.pass(60 * MINUTE);

    await expectServedOnce(stand);
  });

  it('in one moment in which a sweep and an event both look is missing once, not twice', async () => {
    let hidden = false;
    const stand = createStand({ wrap: hiding(() => hidden) });
    stand.push([long]);
    await stand.pass(15 * MINUTE);
    hidden = true;
    await sweep(stand.ports, stand.settings);
    await sweep(stand.ports, stand.settings);
    hidden = false;
    await reconcileInstance(stand.ports, stand.settings, stand.world.ledger.machines[0]!.instanceId);
    await stand.pass(60 * MINUTE);

    await expectServedOnce(stand);
  });
});
