import type { Measured } from './benchmark.js';

export interface Rounds {
  /** Thrown away: the first rounds compile. */
  readonly warmUps: number;
  readonly rounds: number;
}

type Sample = () => number | Promise<number>;

/** Takes one sample per round, one round after the other. */
export async function sampled({ warmUps, rounds }: Rounds, sample: Sample): Promise<Measured> {
  for (let round = 0; round < warmUps; round += 1) await sample();
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) samples.push(await sample());
  return { kind: 'samples', samples };
}

/** Samples how many times the floor the work costs. Both are taken in every round, so that a busy machine slows both. */
export async function sampledRatio(rounds: Rounds, { work, floor }: { readonly work: Sample; readonly floor: Sample }): Promise<Measured> {
  let floorFirst = false;
  return sampled(rounds, async () => {
    floorFirst = !floorFirst;
    if (!floorFirst) {
      const above = await work();
      return above / (await floor());
    }
    const below = await floor();
    return (await work()) / below;
  });
}

interface Usage {
  readonly user: number;
  readonly system: number;
}

/** Milliseconds of processor time, of all threads of the process, that one of so many calls takes: what else the machine does is not in it. */
export function processorMsOf(times: number, work: (index: number) => unknown, cpu: () => Usage = () => process.cpuUsage()): number {
  const from = cpu();
  for (let index = 0; index < times; index += 1) work(index);
  return spent(from, cpu()) / 1_000 / times;
}

const spent = (from: Usage, to: Usage): number => to.user + to.system - from.user - from.system;
