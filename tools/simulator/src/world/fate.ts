import { chance, createRandom } from './random.js';
import type { WorldView } from './world-view.js';

/** What becomes of one call to Gitea or EC2. */
export type Fate = 'carried-out' | 'request-lost' | 'answer-lost';

/** Thrown by the direct ports in place of a connection error. */
export class SimulatedOutageError extends Error {
  override readonly name = 'SimulatedOutageError';

  constructor(
    readonly of: 'gitea' | 'ec2',
    readonly call: string,
    readonly fate: Exclude<Fate, 'carried-out'>,
  ) {
    super(`${of === 'gitea' ? 'Gitea' : 'EC2'} gave no answer to ${call} (simulated)`);
  }
}

/** Draws fates from a source of its own: what callers are told has no influence on what happens in the world. */
export function createFates(world: WorldView, seed: number): (of: 'gitea' | 'ec2') => Fate {
  const random = createRandom(seed);
  return (of) => {
    if (world.isOut(of)) return 'request-lost';
    if (chance(random, world.misbehaviour.loseRequests)) return 'request-lost';
    return chance(random, world.misbehaviour.loseAnswers) ? 'answer-lost' : 'carried-out';
  };
}
