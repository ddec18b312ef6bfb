import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '@tinqs/simulator';
import { npmStart, temporaryFolder, type NpmStart } from './support/npm-start.js';
import { startWorld, type World } from './support/world.js';

const JOBS = 200;
const CAP = 12;
const MOST_MEMORY = 250 * 1024 * 1024;

/** Resident memory of a process where there is a /proc, else of nobody. */
function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The most machines that were alive at one time, by the world's own account. */
function mostAtOnce(ledger: Ledger): number {
  const changes = ledger.machines.flatMap((machine) => [{ at: machine.launchedAt, by: 1 }, ...(machine.terminatedAt === null ? [] : [{ at: machine.terminatedAt, by: -1 }])]).sort((a, b) => a.at - b.at || a.by - b.by);
  let alive = 0;
  return changes.reduce((most, change) => Math.max(most, (alive += change.by)), 0);
}

describe(`${JOBS} jobs at once with a cap of ${CAP}`, () => {
  const folder = temporaryFolder();
  let world: World;
  let running: NpmStart;
  let mostMemory = 0;

  beforeAll(async () => {
    world = await startWorld({ seed: 7, speed: 10 });
    running = await npmStart({ store: folder.path, environment: world.environment({ MAX_RUNNERS: String(CAP), SWEEP_SECONDS: '30' }) });
    await world.hook(running.webhook);
  });
  afterAll(async () => {
    await running.stop();
    await world.end();
    folder.remove();
  });

  it('are all done, on never more machines than the cap', async () => {
    await world.push(Array.from({ length: JOBS }, (_, index) => ({ key: `job-${index}`, labels: ['go'], durationMs: 200 })));
    let ledger!: Ledger;
    for (let tries = 0; tries < 900; tries += 1) {
      mostMemory = Math.max(mostMemory, residentBytes(running.pid));
      ledger = await world.remote.ledger();
      if (ledger.served.filter((each) => each.endedAt !== null).length >= JOBS) break;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }

    expect(ledger.served.filter((each) => each.conclusion === 'success').length).toBe(JOBS);
    expect(new Set(ledger.served.map((each) => each.jobId)).size).toBe(JOBS);
    expect(mostAtOnce(ledger)).toBeLessThanOrEqual(CAP);
  }, 1_000_000);

  it('fit into 250 MiB', () => {
    expect(mostMemory).toBeLessThan(MOST_MEMORY);
  });
});
