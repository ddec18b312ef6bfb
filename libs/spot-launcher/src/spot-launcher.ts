import { readConsole, type ConsoleOutput } from './console-output.js';
import type { Ec2 } from './ec2.js';
import { listInstances, type Instance, type InstanceQuery } from './instance.js';
import type { LaunchTools } from './launch-into-pool.js';
import type { LaunchOutcome } from './launch-outcome.js';
import type { LaunchRequest } from './launch-request.js';
import { launch } from './launch.js';
import { createPace, EC2_LAUNCH_RATE, unpaced, type LaunchRate } from './pacing.js';
import { rehearse, type Rehearsal } from './rehearse.js';
import { sleepForReal, type Sleep } from './sleep.js';
import { readSpotPrices, type SpotPrice } from './spot-price.js';
import { describeImage, describeSubnets, type MachineImage, type Subnet } from './surroundings.js';
import { terminateInstance, type TerminateOptions, type TerminateOutcome } from './terminate.js';

export interface SpotLauncherOptions {
  /** An `EC2Client`. RunInstances is sent once per attempt whatever its `maxAttempts`; the other calls are tried three times here, so 1 is enough. */
  readonly ec2: Ec2;
  readonly now: () => Date;
  readonly sleep?: Sleep;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
  /** How often RunInstances is called, over all launches of this launcher; EC2's own limit by default. */
  readonly launchRate?: LaunchRate | 'unlimited';
  /** All attempts of one launch together, 35 s by default. */
  readonly launchMs?: number;
  /** One call, 10 s by default. */
  readonly attemptMs?: number;
}

export interface SpotLauncher {
  /** Tries pools until one answers with a machine. Expected refusals are outcomes; it throws only for a request that cannot be sent (`UserDataTooLargeError`, no pools). */
  launch(request: LaunchRequest): Promise<LaunchOutcome>;
  /** Asks EC2 of each pool whether a launch would be let through; nothing is launched. */
  rehearse(request: LaunchRequest): Promise<readonly Rehearsal[]>;
  /** Idempotent. Throws `Ec2CallError`, as the readers below do. */
  terminate(instanceId: string, options?: TerminateOptions): Promise<TerminateOutcome>;
  list(query: InstanceQuery): Promise<readonly Instance[]>;
  console(instanceId: string, options?: { readonly latest?: boolean }): Promise<ConsoleOutput | undefined>;
  spotPrices(instanceTypes: readonly string[]): Promise<readonly SpotPrice[]>;
  describeImage(imageId: string): Promise<MachineImage | undefined>;
  describeSubnets(subnets: readonly string[]): Promise<readonly Subnet[]>;
}

/** Launches and ends single-use EC2 machines. Keeps nothing but the pace of its launches: capacity memory comes and goes with each launch. */
export function createSpotLauncher(options: SpotLauncherOptions): SpotLauncher {
  const { ec2, now, sleep = sleepForReal, random = Math.random, launchRate = EC2_LAUNCH_RATE, launchMs = 35_000, attemptMs = 10_000 } = options;
  const pace = launchRate === 'unlimited' ? unpaced : createPace(launchRate, { now, sleep });
  const tools: LaunchTools = { ec2, now, sleep, random, pace, attemptMs };
  return {
    launch: (request) => launch(request, launchMs, tools),
    rehearse: (request) => rehearse(request, tools),
    terminate: (instanceId, terminateOptions = {}) => terminateInstance(instanceId, terminateOptions, tools),
    list: (query) => listInstances(query, tools),
    console: (instanceId, consoleOptions = {}) => readConsole(instanceId, consoleOptions, tools),
    spotPrices: (instanceTypes) => readSpotPrices(instanceTypes, now(), tools),
    describeImage: (imageId) => describeImage(imageId, tools),
    describeSubnets: (subnets) => describeSubnets(subnets, tools),
  };
}
