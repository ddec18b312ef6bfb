import { describe, expect, it } from 'vitest';
import type { FleetPorts } from '@tinqs/fleet';
import { deliveryFact } from '@tinqs/simulator';
import { createStand, SECOND } from './stand.js';

/** Every call that leaves the process, in order, until the machine is asked for. */
function counting() {
  const calls: string[] = [];
  const count = <Port extends object>(port: Port, pays: (name: string) => boolean): Port =>
    new Proxy(port, {
      get(target, key, receiver) {
        const method: unknown = Reflect.get(target, key, receiver);
        if (typeof method !== 'function') return method;
        return (...args: readonly unknown[]) => {
          if (pays(String(key))) calls.push(String(key));
          return (method as (...args: readonly unknown[]) => unknown).apply(target, [...args]);
        };
      },
    });
  const wrap = (ports: FleetPorts): FleetPorts => ({
    ...ports,
    store: count(ports.store, () => true),
    gitea: count(ports.gitea, () => true),
    // The AMI is a setting, or a parameter that is cached.
    launcher: count(ports.launcher, (name) => name === 'launch'),
    queue: count(ports.queue, () => true),
  });
  return { calls, wrap };
}

/** Whatever is cached for 60 s is there already: what a warm function pays. */
async function warm(jobs: number) {
  const { calls, wrap } = counting();
  const stand = createStand({ wrap });
  await stand.controller.serve(stand.scope);
  stand.push(Array.from({ length: jobs }, (_, index) => ({ key: `j${index}`, labels: ['go'] })));
  const facts = stand.world.advanceTo(stand.world.now + 30 * SECOND).flatMap((told) => (told.kind === 'delivery' ? (deliveryFact(stand.world, told) ?? []) : []));
  expect(facts).toHaveLength(jobs);
  calls.splice(0);
  await Promise.all(facts.map((fact) => stand.controller.record(stand.scope, fact)));
  const served = await stand.controller.serve(stand.scope);
  expect(served.launched).toHaveLength(jobs);
  return calls.slice(0, calls.lastIndexOf('launch') + 1);
}

describe('calls from the webhook to the launch', () => {
  it('are nine for one job: SendMessage and these', async () => {
    expect(await warm(1)).toEqual(['rememberJob', 'createJob', 'loadScope', 'savePlan', 'takeCap', 'register', 'createRunner', 'launch']);
  });

  it('are at most seven each in a batch of ten', async () => {
    const sendMessages = 10;
    const calls = await warm(10);

    expect((calls.length + sendMessages) / 10).toBeLessThanOrEqual(7);
    expect(calls.filter((call) => call === 'savePlan' || call === 'takeCap' || call === 'loadScope')).toHaveLength(3);
  });
});
