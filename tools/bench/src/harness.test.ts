import { describe, expect, it } from 'vitest';
import { rowOf, summarise, type Benchmark } from './benchmark.js';
import { processorMsOf, sampled, sampledRatio } from './harness.js';

const given = (...values: readonly number[]) => {
  let index = 0;
  return () => values[index++]!;
};

describe('sampled', () => {
  it('throws the warm-up away and keeps every round', async () => {
    expect(await sampled({ warmUps: 2, rounds: 3 }, given(100, 90, 1, 2, 3))).toEqual({ kind: 'samples', samples: [1, 2, 3] });
  });
});

describe('sampledRatio', () => {
  it('divides the work by the floor of the same round', async () => {
    expect(await sampledRatio({ warmUps: 1, rounds: 2 }, { work: given(9, 6, 10), floor: given(1, 2, 5) })).toEqual({ kind: 'samples', samples: [3, 2] });
  });

  it('takes turns in which comes first, so that neither always meets a cold cache', async () => {
    const order: string[] = [];
    const noting = (name: string) => () => order.push(name);
    await sampledRatio({ warmUps: 0, rounds: 2 }, { work: noting('work'), floor: noting('floor') });

    expect(order).toEqual(['floor', 'work', 'work', 'floor']);
  });
});

describe('the clocks', () => {
  it('processorMsOf is the user and system time of one call, in milliseconds', () => {
    const usage = [{ user: 1_000, system: 100 }, { user: 9_000, system: 4_100 }];
    expect(processorMsOf(4, () => undefined, () => usage.shift()!)).toBe(3);
  });
});

describe('summarise', () => {
  it.each([
    { samples: [3], summary: { min: 3, median: 3, max: 3 }, reason: 'one sample is all three' },
    { samples: [10, 2, 9], summary: { min: 2, median: 9, max: 10 }, reason: 'numbers are not sorted as text' },
    { samples: [1, 4, 2, 3], summary: { min: 1, median: 2.5, max: 4 }, reason: 'an even count has its median between two' },
  ])('$samples: $reason', ({ samples, summary }) => {
    expect(summarise(samples)).toEqual(summary);
  });

  it('refuses to summarise nothing', () => {
    expect(() => summarise([])).toThrow('at least one sample');
  });
});

describe('rowOf', () => {
  const benchmark = (samples: readonly number[]): Benchmark => ({ id: 'a', what: 'b', unit: 'ms', budget: 2, measure: async () => ({ kind: 'samples', samples }) });

  it.each([
    { samples: [1, 2, 9], within: true, reason: 'one slow round breaks no budget' },
    { samples: [1, 2.1, 2.2], within: false, reason: 'the median does' },
  ])('$samples: $reason', async ({ samples, within }) => {
    expect((await rowOf(benchmark(samples))).within).toBe(within);
  });

  it('judges nothing without a budget', async () => {
    expect(await rowOf({ ...benchmark([3]), budget: null })).toMatchObject({ median: 3, budget: null, within: null });
  });

  it('says what mends it where there was nothing to measure', async () => {
    const row = await rowOf({ ...benchmark([]), measure: async () => ({ kind: 'missing', sentence: 'not built: npm run x' }) });

    expect(row).toEqual({ id: 'a', what: 'b (not built: npm run x)', unit: 'ms', min: null, median: null, max: null, budget: 2, within: null });
  });
});
