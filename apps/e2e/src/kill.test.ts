import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '@tinqs/simulator';
import type { StatusView } from '@tinqs/fleet';
import { npmStart, readJson, temporaryFolder, type NpmStart } from './support/npm-start.js';
import { startWorld, type World } from './support/world.js';

const SEED = 20260525;
const KILLS = 20;

/** Small and seeded: a failing run is repeated by its seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The simulated world lives in a process of its own; its ledger says what really happened. `npm start` is killed with
 * SIGKILL at random moments: between 202 and record, record and grant, grant and register, register and launch,
 * launch and record.
 */
describe(`npm start killed at ${KILLS} moments (seed ${SEED})`, () => {
  const folder = temporaryFolder();
  const next = random(SEED);
  let world: World;
  let running: NpmStart;
  let pushed = 0;

  const start = async () => {
    running = await npmStart({ store: folder.path, environment: world.environment() });
    await world.hook(running.webhook);
  };

  beforeAll(async () => {
    world = await startWorld({ seed: SEED, speed: 4 });
    await start();
  });
  afterAll(async () => {
    await running.stop();
    await world.end();
    folder.remove();
  });

  it('serves no job twice, launches no name twice, and keeps every machine known, after each kill', async () => {
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const jobs = 1 + Math.floor(next() * 3);
      pushed += jobs;
      await world.push(Array.from({ length: jobs }, (_, index) => ({ key: `job-${kill}-${index}`, labels: [index % 2 === 0 ? 'go' : 'node'], durationMs: 300 + Math.floor(next() * 900) })));
      await pause(next() * 1_500);
      running.child.kill('SIGKILL');
      await running.stop('SIGKILL');
      await start();

      const ledger = await world.remote.ledger();
      expectNothingTwice(ledger, `kill ${kill}`);
    }
  });

  it('serves every job in the end, and leaves no machine and no registration', async () => {
    let ledger!: Ledger;
    let status!: StatusView;
    for (let tries = 0; tries < 400; tries += 1) {
      [ledger, status] = [await world.remote.ledger(), await readJson<StatusView>(`${running.dashboard}/?format=json`)];
      // A grant that a kill cut short holds its place until its time is over.
      const quiet = status.waiting.length === 0 && status.running.length === 0 && status.machines.length === 0 && status.caps.all.held === 0;
      if (quiet && ledger.machines.every((machine) => machine.terminatedAt !== null) && ledger.registrations.every((registration) => registration.goneAt !== null)) break;
      await pause(1_000);
    }

    expectNothingTwice(ledger, 'the end');
    expect(ledger.served.map((each) => each.conclusion)).toEqual(Array.from({ length: pushed }, () => 'success'));
    // Gitea gives a job to any runner that fits, and tells it late: a machine may be in vain, but not one a kill.
    expect(ledger.machines.length - pushed).toBeLessThan(KILLS);
    expect(status, JSON.stringify(status.waiting)).toMatchObject({ waiting: [], running: [], machines: [] });
    expect(ledger.machines.filter((machine) => machine.terminatedAt === null)).toEqual([]);
    expect(ledger.registrations.filter((registration) => registration.goneAt === null)).toEqual([]);
    expect(status.caps.all.held).toBe(0);
  }, 500_000);
});

function expectNothingTwice(ledger: Ledger, when: string): void {
  const served = ledger.served.map((each) => `${each.jobId}#${each.attempt}`);
  expect(new Set(served).size, `${when}: a job was served twice`).toBe(served.length);
  const names = ledger.machines.map((machine) => machine.name);
  expect(new Set(names).size, `${when}: a name has two machines`).toBe(names.length);
}
