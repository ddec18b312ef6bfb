export type Market = 'spot' | 'on-demand';

/** One (instance type, subnet, market): what has capacity, or has none. `subnet` is a subnet id, so it stands for the zone. */
export interface Pool {
  readonly instanceType: string;
  readonly subnet: string;
  readonly market: Market;
}

export function poolKey(pool: Pool): string {
  return `${pool.instanceType}/${pool.subnet}/${pool.market}`;
}

/** Lists every pool of some types and subnets in the order given: type by type, all Spot pools before all on-demand ones. */
export function listPools(choice: { readonly instanceTypes: readonly string[]; readonly subnets: readonly string[]; readonly market: Market | 'spot-then-on-demand' }): readonly Pool[] {
  const markets: readonly Market[] = choice.market === 'spot-then-on-demand' ? ['spot', 'on-demand'] : [choice.market];
  return markets.flatMap((market) => choice.instanceTypes.flatMap((instanceType) => choice.subnets.map((subnet) => ({ instanceType, subnet, market }))));
}
