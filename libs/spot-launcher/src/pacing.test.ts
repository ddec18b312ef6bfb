import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace, EC2_LAUNCH_RATE, unpaced } from './pacing.js';

/** Time that passes only by sleeping; sleepers wake in the order of their times. */
function fakeTime() {
  let nowMs = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => new Date(nowMs),
    set: (ms: number) => (nowMs = ms),
    sleep: (ms: number) => new Promise<void>((wake) => void sleepers.push({ at: nowMs + ms, wake })),
    async run() {
      for (await Promise.resolve(); sleepers.length > 0; await new Promise((resolve) => setImmediate(resolve))) {
        sleepers.sort((one, other) => one.at - other.at);
        const next = sleepers.shift();
        nowMs = Math.max(nowMs, next?.at ?? 0);
        next?.wake();
      }
    },
  };
}

describe('createPace', () => {
  it('lets five go at once and then two per second, in the order asked', async () => {
    const time = fakeTime();
    const pace = createPace(EC2_LAUNCH_RATE, time);

    const turns: string[] = [];
    const all = Promise.all(Array.from({ length: 10 }, (_, index) => pace(60_000).then(() => turns.push(`${index}@${time.now().getTime()}`))));
    await time.run();
    await all;

    expect(turns).toEqual(['0@0', '1@0', '2@0', '3@0', '4@0', '5@500', '6@1000', '7@1500', '8@2000', '9@2500']);
  });

  it('fills up again while nobody asks, up to the burst', async () => {
    const time = fakeTime();
    const pace = createPace(EC2_LAUNCH_RATE, time);
    for (let index = 0; index < 5; index += 1) await pace(0);

    time.set(1_000);
    expect([await pace(0), await pace(0), await pace(0)]).toEqual([true, true, false]);
    time.set(3_600_000);
    expect(await Promise.all(Array.from({ length: 6 }, () => pace(0)))).toEqual([true, true, true, true, true, false]);
  });

  it('says at once when a turn would come too late, and keeps that turn for others', async () => {
    const time = fakeTime();
    const pace = createPace(EC2_LAUNCH_RATE, time);
    for (let index = 0; index < 5; index += 1) await pace(0);

    expect(await pace(499)).toBe(false);
    const turn = pace(500);
    await time.run();
    expect(await turn).toBe(true);
    expect(time.now().getTime()).toBe(500);
  });

  it('is as full as before after the clock jumped back', async () => {
    const time = fakeTime();
    const pace = createPace(EC2_LAUNCH_RATE, time);
    time.set(3_600_000);
    for (let index = 0; index < 4; index += 1) await pace(0);

    time.set(0);
    expect([await pace(0), await pace(0)]).toEqual([true, false]);
    time.set(500);
    expect(await pace(0)).toBe(true);
  });

  it('never gives more turns in any stretch of time than the burst and what is filled up in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ pauseMs: fc.integer({ min: 0, max: 3_000 }), askers: fc.integer({ min: 1, max: 12 }), limitMs: fc.integer({ min: 0, max: 4_000 }) }), { maxLength: 12 }), fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 2, 4, 5), async (waves, burst, perSecond) => {
        const time = fakeTime();
        const pace = createPace({ burst, perSecond }, time);
        const given: number[] = [];
        for (const { pauseMs, askers, limitMs } of waves) {
          time.set(time.now().getTime() + pauseMs);
          const asked = time.now().getTime();
          const turns = Array.from({ length: askers }, () =>
            pace(limitMs).then((mine) => {
              if (mine) given.push(time.now().getTime());
              if (mine) expect(time.now().getTime() - asked).toBeLessThanOrEqual(limitMs);
            }),
          );
          await time.run();
          await Promise.all(turns);
        }
        for (const [index, from] of given.entries()) {
          for (const [later, until] of given.entries()) if (later >= index) expect(later - index + 1).toBeLessThanOrEqual(burst + ((until - from) * perSecond) / 1000 + 1e-9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('can be lifted', async () => {
    expect(await Promise.all(Array.from({ length: 100 }, () => unpaced(0)))).toEqual(Array<boolean>(100).fill(true));
  });
});
