import { describe, expect, it } from 'vitest';
import { launchOrder, whyItEnded } from './examples/launch-order.js';
import { costByClass } from './examples/own-prices.js';
import { describeServer } from './examples/tier.js';

/** What other tools would write, beyond the first example of each README. */
describe('the examples', () => {
  it('launch order: after a refusal for capacity the pool rests, and each pool has a token of its own', () => {
    const now = new Date('2030-01-01T00:00:00Z');
    const full = Object.assign(new Error('no capacity'), { name: 'InsufficientInstanceCapacity' });

    const before = launchOrder('nightly', undefined, now);
    const after = launchOrder('nightly', full, now);

    expect(before.map((line) => line.split(' ')[0]).toSorted()).toEqual(['t3.small', 't3a.small']);
    expect(new Set(before.map((line) => line.split(' ')[1])).size).toBe(2);
    expect(after).toEqual(before.filter((line) => line.startsWith('t3a.small')));
  });

  it('launch order: says why a machine ended', () => {
    expect(whyItEnded('Server.SpotInstanceTermination')).toMatch(/Spot.*\(Server\.SpotInstanceTermination\)/);
  });

  it('tier: a server that is too old is refused with the remedy, another is described', async () => {
    expect(await describeServer({ version: async () => '1.22.0', canListJobs: async () => true })).toEqual([expect.stringContaining('1.24')]);
    expect((await describeServer({ version: async () => '1.25.4', canListJobs: async () => true }))[0]).toBe('Gitea 1.25.4: full');
  });

  it('own prices: a month in which nothing ended costs nothing', async () => {
    expect(await costByClass({ listEnded: async () => [] }, { from: 0, to: 1 }, { 't9.small': 1 })).toEqual([]);
  });
});
