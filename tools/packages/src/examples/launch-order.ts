import { classifyLaunchError, clientToken, explainStateReason, listPools, orderPools, rememberRefusal } from '@tinqs/spot-launcher';

/** A tool that launches by itself and wants only the knowledge: where next, under which token, what an error means. */
export function launchOrder(name: string, refusal: unknown, now: Date): readonly string[] {
  const pools = listPools({ instanceTypes: ['t3.small', 't3a.small'], subnets: ['subnet-a'], market: 'spot' });
  const [first] = pools;
  const errorClass = classifyLaunchError(refusal);
  const memory = first !== undefined && errorClass === 'capacity' ? rememberRefusal([], { pool: first, class: errorClass, code: 'InsufficientInstanceCapacity' }, now) : [];
  return orderPools(pools, memory, now, name).map((pool) => `${pool.instanceType} ${clientToken(name, pool).slice(0, 8)}`);
}

export const whyItEnded = (stateReason: string): string => explainStateReason(stateReason).sentence;
