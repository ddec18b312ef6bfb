import { describe, expect, it } from 'vitest';
import { play, type Played } from './play.js';
import { scenarioOf, type Scenario } from './scenario.js';
import { shrink, tellStory } from './shrink.js';

/** Seeds that once broke a law, and which. */
const REGRESSIONS: readonly (readonly [seed: number, why: string])[] = [
  [3, 'a pass with an old picture of EC2 revived a runner that another pass had seen end'],
  [1019, 'a job run again before an upgrade to 1.27 was stale for ever'],
  [2489, 'a claim was announced and given back in the third minute of waiting'],
  [2070, 'with clocks that differ a launch was given up before its own deadline'],
  [101_730, 'the law of the grace did not know what a row had told before an upgrade'],
  [5_004_551, 'on 1.24 a job that was run again stayed parked, since two machines had idled out beside its first attempt'],
  [5_016_488, 'on 1.24 the end of a first attempt, brought again by the queue, ended the second, and left it no grace'],
  [5_022_911, 'a machine whose claim Gitea gave back, and that did not power off, idled until its death clock'],
  [7_003_191, 'two knocks for one scope were lost, one after the other'],
  [7_111_177, 'on 1.24 nobody was told that a person ran the job again, and none can find it'],
];

const FIRST_SEED = 100_000;
const BLOCKS = 100;
const SEEDS_PER_BLOCK = 20;

async function expectLawful(scenario: Scenario): Promise<Played> {
  const played = await play(scenario);
  if (played.broken === null) return played;
  const smaller = await shrink(scenario, played);
  throw new Error(tellStory(smaller.scenario, smaller.played, 80));
}

describe('seeded schedules with crashes, lost answers, lost deliveries and outages keep I1 to I7', () => {
  it.each(Array.from({ length: BLOCKS }, (_, block) => FIRST_SEED + block * SEEDS_PER_BLOCK))(`${SEEDS_PER_BLOCK} from seed %i`, async (first) => {
    let served = 0;
    for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed += 1) served += (await expectLawful(scenarioOf(seed))).served;

    expect(served).toBeGreaterThan(0);
  });

  it.each(REGRESSIONS)('seed %i: %s', async (seed) => {
    await expectLawful(scenarioOf(seed));
  });
});

describe('a schedule', () => {
  it('is the same history every time', async () => {
    const [first, second] = [await play(scenarioOf(7)), await play(scenarioOf(7))];

    expect(second.story).toEqual(first.story);
    expect(first.story.length).toBeGreaterThan(50);
  });

  it('without any fault gives every job one machine, and no machine more', async () => {
    const chaotic = scenarioOf(11);
    const calm = { ...chaotic, gitea: '1.26' as const, maxRunners: 20, faults: Object.fromEntries(Object.keys(chaotic.faults).map((fault) => [fault, false])) as unknown as Scenario['faults'], deeds: chaotic.deeds.filter((deed) => deed.kind === 'push') };
    const played = await expectLawful(calm);

    expect(played.machines).toBe(played.served);
  });
});
