import type { RunnerClass } from './runner-class.js';
import { poolKey, type Pool } from './runner.js';
import type { Instant } from './time.js';
import type { PoolRest } from './world.js';

/** Every pool of a class: its types in every subnet, Spot before on-demand. */
export function poolsOf(runnerClass: RunnerClass, subnets: readonly string[], onDemandAllowed: boolean): readonly Pool[] {
  const markets: readonly Pool['market'][] = runnerClass.market === 'on-demand' ? ['on-demand'] : runnerClass.market === 'spot' || !onDemandAllowed ? ['spot'] : ['spot', 'on-demand'];
  return markets.flatMap((market) => runnerClass.instanceTypes.flatMap((instanceType) => subnets.map((subnet) => ({ instanceType, subnet, market }))));
}

/** P12: on-demand after two failures, where the class allows it. */
export function allowsOnDemand(runnerClass: RunnerClass, failures: number): boolean {
  return runnerClass.market === 'on-demand' || (runnerClass.market === 'spot-then-on-demand' && failures >= 2);
}

export function restOf(pool: Pool, rests: readonly PoolRest[], now: Instant): PoolRest | undefined {
  const key = poolKey(pool);
  const concerns = (rest: PoolRest) => poolKey(rest.pool) === key || ((rest.cause === 'spot-quota' || rest.cause === 'on-demand-quota') && rest.pool.market === pool.market);
  return rests.find((rest) => rest.until > now && concerns(rest));
}
