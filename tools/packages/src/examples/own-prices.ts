import { EU_WEST_1, summariseCost, type RunStore } from '@tinqs/run-store';

/** A cost report of a region whose prices differ from those that come with the package. */
export async function costByClass(store: Pick<RunStore, 'listEnded'>, month: { readonly from: number; readonly to: number }, onDemandPerHour: Readonly<Record<string, number>>): Promise<readonly string[]> {
  const prices = { ...EU_WEST_1, asOf: 'today', onDemandPerHour };
  return summariseCost(await store.listEnded(month), 'class', prices).map(({ key, jobs, onDemand }) => `${key} ${jobs} ${onDemand.toFixed(2)}`);
}
