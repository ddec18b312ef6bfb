import type { Job } from './job.js';
import type { RunnerClass } from './runner-class.js';
import { poolKey, type Pool } from './runner.js';
import type { Instant } from './time.js';
import type { PoolRest } from './world.js';

/** Every pool of a class: its types in every subnet, Spot before on-demand. */
export function poolsOf(runnerClass: RunnerClass, subnets: readonly string[], onDemandAllowed: boolean): readonly Pool[] {
  const markets: readonly Pool['market'][] = runnerClass.market === 'on-demand' ? ['on-demand'] : runnerClass.market === 'spot' || !onDemandAllowed ? ['spot'] : ['spot', 'on-demand'];
  return markets.flatMap((market) => runnerClass.instanceTypes.flatMap((instanceType) => subnets.map((subnet) => ({ instanceType, subnet, market }))));
}

/** P12: on-demand after two failures or two interruptions, where the class allows it. */
export function allowsOnDemand(runnerClass: RunnerClass, job: Pick<Job, 'failures' | 'timeline'>): boolean {
  if (runnerClass.market !== 'spot-then-on-demand') return runnerClass.market === 'on-demand';
  return job.failures >= 2 || job.timeline.filter((entry) => entry.event === INTERRUPTED).length >= 2;
}

/** The event in a job's timeline for a machine that EC2 took from it. */
export const INTERRUPTED = 'interrupted';

/** The rest that ends last, of the pool itself or of its whole market. */
export function restOf(pool: Pool, rests: readonly PoolRest[], now: Instant): PoolRest | undefined {
  const key = poolKey(pool);
  const concerns = (rest: PoolRest) => poolKey(rest.pool) === key || ((rest.cause === 'spot-quota' || rest.cause === 'on-demand-quota') && rest.pool.market === pool.market);
  return rests.filter((rest) => rest.until > now && concerns(rest)).reduce<PoolRest | undefined>((last, rest) => (last === undefined || rest.until > last.until ? rest : last), undefined);
}
