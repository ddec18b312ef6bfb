import { META } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { createMemoryRunStore } from './memory-run-store.js';
import { readOverview } from './overview.js';
import { endedJob, endedRunner, job, NOON, runner } from './samples.contract.js';

const NOW = NOON + 60_000;
const DAY = 86_400_000;

/** Ended records as they stand between the two writes of an end: the live item is still there. */
async function betweenTheWrites() {
  const store = createMemoryRunStore({ now: () => NOW });
  await store.noteScope({ kind: 'repository', id: 12, fullName: 'acme/app' });
  await store.createJob(job({ id: '1', status: 'running' }));
  await store.createJob(job({ id: '2' }));
  const over = endedJob({ id: '1' });
  const gone = endedRunner({ name: 'a' });
  return { ...store, listLive: async () => ({ ...(await store.listLive()), runners: [runner({ name: 'a', state: 'busy' }), runner({ name: 'b' })] }), listEnded: () => Promise.resolve([over, gone, endedJob({ id: '0' })]) };
}

describe('the overview', () => {
  it('has what lives and what ended, each once, and of two records the ended one', async () => {
    const { jobs, runners } = await readOverview(await betweenTheWrites(), null, NOW);

    expect(jobs.map(({ id, status }) => [id, status])).toEqual(expect.arrayContaining([['1', 'done'], ['2', 'queued'], ['0', 'done']]));
    expect(jobs).toHaveLength(3);
    expect(runners.map(({ name, state }) => [name, state])).toEqual([['a', 'ended'], ['b', 'launching']]);
  });

  it('asks for 24 hours of what ended, this millisecond included', async () => {
    const asked: unknown[] = [];
    await readOverview({ ...createMemoryRunStore(), listEnded: (range) => (asked.push(range), Promise.resolve([])) }, null, NOW);

    expect(asked).toEqual([{ from: NOW - DAY, to: NOW + 1 }]);
  });

  it('shows of an empty table that nothing waits, nothing is paused, and no sweep has run', async () => {
    expect((await readOverview(createMemoryRunStore(), 12, NOW)).status).toMatchObject({ waiting: [], machines: [], paused: false, lastSweep: null, missedByWebhooks: 0, caps: { all: { held: 0, most: 12 } } });
  });

  it.each([
    ['everything', true, true],
    ['classes', ['go'], ['go']],
    ['what is no pause', 'yes', false],
  ])('reads a pause of %s', async (_what, written, paused) => {
    const store = createMemoryRunStore();
    await store.writeMeta(META.pause, written);

    expect((await readOverview(store, null, NOW)).status.paused).toEqual(paused);
  });
});
