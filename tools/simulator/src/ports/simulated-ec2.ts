import type { Instance } from '@tinqs/fleet';
import type { LaunchAnswer, LaunchRequest } from '../ec2/ec2-state.js';
import { createFates, SimulatedOutageError } from '../world/fate.js';
import type { SimulatedWorld } from '../world/world.js';

/** EC2's calls, wherever the world lives. All throw `SimulatedOutageError` where no answer comes. */
export interface SimulatedEc2 {
  launch(request: LaunchRequest): Promise<LaunchAnswer>;
  /** `not-found` once EC2 no longer shows it. */
  terminate(instanceId: string, force?: boolean): Promise<'ending' | 'not-found'>;
  list(): Promise<readonly Instance[]>;
  console(instanceId: string): Promise<string | null>;
}

export interface LocalEc2Options {
  /** Seed of lost requests and answers. */
  readonly seed?: number;
  /** The clock of a world in real time; without one its time stands still during calls. */
  readonly now?: () => number;
}

/** The EC2 of a world in this process. */
export function localEc2(world: SimulatedWorld, { seed = 2, now }: LocalEc2Options = {}): SimulatedEc2 {
  const fates = createFates(world, seed);
  async function call<Result>(name: string, carryOut: () => Result): Promise<Result> {
    if (now) world.settle(now());
    const fate = fates('ec2');
    if (fate === 'request-lost') throw new SimulatedOutageError('ec2', name, fate);
    const result = carryOut();
    if (fate === 'answer-lost') throw new SimulatedOutageError('ec2', name, fate);
    return result;
  }
  return {
    launch: (request) => call('RunInstances', () => world.do('launch', request)),
    terminate: (instanceId, force = false) => call('TerminateInstances', () => world.do('terminate', { instanceId, force })),
    list: () => call('DescribeInstances', () => world.instances()),
    console: (instanceId) => call('GetConsoleOutput', () => world.console(instanceId)),
  };
}
