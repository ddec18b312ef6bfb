import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { demoScript } from '../demo/demo-script.js';
import { DEMO_TIMING } from '../world/timing.js';
import type { SimulatedWorld } from '../world/world.js';
import { openJournal, type JournalledWorld } from './journal.js';
import { encodeState } from './state-text.js';

const START = Date.parse('2030-01-01T00:00:00Z');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  folders.push(folder);
  return folder;
}

function open(folder: string, now: number, linesPerSnapshot = 40): JournalledWorld {
  return openJournal({ folder, now: () => now, linesPerSnapshot, world: { seed: 11, gitea: '1.27', timing: DEMO_TIMING, script: demoScript() } });
}

/** One machine per announced job, second by second. */
function live(world: SimulatedWorld, until: number): void {
  for (let instant = world.now; instant <= until; instant += 1_000) {
    for (const outgoing of world.advanceTo(instant)) {
      if (outgoing.kind !== 'delivery' || outgoing.report.event !== 'workflow_job' || outgoing.report.action !== 'queued') continue;
      const { job } = outgoing.report;
      const { id } = world.do('register', { name: `r${job.id}`, labels: job.plan.labels, ephemeral: true, repositoryId: job.repositoryId, owner: null });
      world.do('launch', { clientToken: `t${id}`, name: `r${id}`, classId: 'any', pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id });
    }
  }
}

const text = (world: SimulatedWorld): string => encodeState(0, { ...world.state, awayUntil: 0 });

describe('a journalled world', () => {
  it('is the same world after a kill at any moment, snapshots or none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 240 }), fc.integer({ min: 1, max: 300 }), (seconds, linesPerSnapshot) => {
        const folder = newFolder();
        const first = open(folder, START, linesPerSnapshot);
        first.world.do('addHook', { url: 'http://127.0.0.1:1', secret: 's', events: ['workflow_job'] });
        live(first.world, START + seconds * 1_000);
        const killedAt = first.world.now;

        const second = open(folder, killedAt, linesPerSnapshot);

        expect(second.resumed).toBe(true);
        expect(text(second.world)).toBe(text(first.world));
        first.close();
        second.close();
      }),
      { numRuns: 12 },
    );
  });

  it('passes over a last line that a kill has torn', () => {
    const folder = newFolder();
    const first = open(folder, START, 1_000);
    live(first.world, START + 60_000);
    first.close();
    const [journal] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    appendFileSync(join(folder, journal!), '{"at":1893456060000,"command":["pu');

    expect(text(open(folder, START + 60_000).world)).toBe(text(first.world));
  });

  it('passes over a snapshot that a kill has torn', () => {
    const folder = newFolder();
    const first = open(folder, START, 1_000);
    live(first.world, START + 60_000);
    first.close();
    writeFileSync(join(folder, 'world.json.new'), '{"generation":9,"sta');

    expect(text(open(folder, START + 60_000).world)).toBe(text(first.world));
  });

  it('goes on while nobody runs it: machines finish, deliveries are lost, and nobody pushes', () => {
    const folder = newFolder();
    const first = open(folder, START);
    first.world.do('addHook', { url: 'http://127.0.0.1:1', secret: 's', events: ['workflow_job'] });
    live(first.world, START + 45_000);
    const runs = first.world.gitea.ids.run;
    expect([...first.world.machines.values()].some((machine) => machine.state !== 'terminated')).toBe(true);
    first.close();

    const { world } = open(folder, START + 30 * 60_000);

    expect(world.gitea.ids.run).toBe(runs);
    expect([...world.machines.values()].every((machine) => machine.state === 'terminated')).toBe(true);
    expect(world.advanceTo(START + 30 * 60_000)).toEqual([]);
    live(world, START + 33 * 60_000);
    expect(world.gitea.ids.run).toBeGreaterThan(runs);
  });

  it('keeps one snapshot and one journal, however long it runs', () => {
    const folder = newFolder();
    const first = open(folder, START, 20);

    live(first.world, START + 5 * 60_000);

    expect(readdirSync(folder).sort()).toEqual([expect.stringMatching(/^world-\d+\.jsonl$/), 'world.json']);
    const [journal] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    expect(readFileSync(join(folder, journal!), 'utf8').split('\n').length).toBeLessThanOrEqual(21);
    first.close();
  });
});
