import type { EndedRecord, Job, Runner } from '@tinqs/fleet';
import { dayOf } from './item-key.js';
import { EU_WEST_1, type PriceList } from './price-list.js';

/** Dollars and hours of one repository, class or day. Prices as recorded at the launch; an estimate. */
export interface CostLine {
  /** `acme/app`, `go`, `2030-01-31`; `?` where that is not known. */
  readonly key: string;
  readonly jobs: number;
  readonly machines: number;
  /** From launch to termination, over all machines. */
  readonly hours: number;
  readonly spot: number;
  readonly onDemand: number;
  /** Public IPv4 addresses and disks, often as much as the instances. */
  readonly ipAndDisk: number;
  /** What the Spot machines would have cost on demand, as far as the price list has their types. */
  readonly spotAtOnDemand: number;
  /** Share saved by Spot, 0 to 1, over the machines with both prices known; `null` where there are none. */
  readonly saved: number | null;
}

export type CostKey = 'repository' | 'class' | 'day';

const HOUR = 3_600_000;
const HOURS_PER_MONTH = 730;

/** Adds up what ended, the dearest line first. A machine counts for the repository and class it served, on the day (UTC) it ended. */
export function summariseCost(records: readonly EndedRecord[], by: CostKey, prices: PriceList = EU_WEST_1): readonly CostLine[] {
  const jobs = new Map(records.flatMap(({ job }) => (job === null ? [] : [[job.id, job] as const])));
  const classOf = new Map(records.flatMap(({ runner }) => (runner?.ran ? [[runner.ran, runner.classId] as const] : [])));
  const sums = new Map<string, Sum>();
  for (const record of records) {
    const key = keyOf(record, by, jobs, classOf);
    const sum = sums.get(key) ?? { ...NOTHING };
    sums.set(key, record.kind === 'job' ? { ...sum, jobs: sum.jobs + 1 } : record.runner === null ? sum : withMachine(sum, record.runner, record.endedAt, prices));
  }
  const lines = [...sums].map(([key, sum]) => lineOf(key, sum));
  return by === 'day' ? lines.sort((left, right) => compare(left.key, right.key)) : lines.sort((left, right) => totalOf(right) - totalOf(left) || compare(left.key, right.key));
}

/** The line under the table. */
export function sumCost(lines: readonly CostLine[]): CostLine {
  const add = (left: Sum, right: CostLine): Sum => Object.fromEntries(SUMMED.map((field) => [field, left[field] + right[field]])) as unknown as Sum;
  return lineOf('total', lines.reduce<Sum>((sum, line) => ({ ...add(sum, line), spotWithBoth: sum.spotWithBoth + (line.saved === null ? 0 : line.spotAtOnDemand * (1 - line.saved)) }), NOTHING));
}

const SUMMED = ['jobs', 'machines', 'hours', 'spot', 'onDemand', 'ipAndDisk', 'spotAtOnDemand'] as const;
/** `spotWithBoth`: the Spot dollars of machines whose on-demand price is known too. */
type Sum = { readonly [field in (typeof SUMMED)[number]]: number } & { readonly spotWithBoth: number };
const NOTHING: Sum = { jobs: 0, machines: 0, hours: 0, spot: 0, onDemand: 0, ipAndDisk: 0, spotAtOnDemand: 0, spotWithBoth: 0 };

function withMachine(sum: Sum, runner: Runner, endedAt: number, prices: PriceList): Sum {
  const { launched, terminated = endedAt } = runner.stages;
  if (launched === undefined) return sum;
  const hours = Math.max(0, terminated - launched) / HOUR;
  const isSpot = runner.pool?.market === 'spot';
  const list = runner.pool === null ? undefined : prices.onDemandPerHour[runner.pool.instanceType];
  const price = runner.pricePerHour ?? (isSpot ? undefined : list);
  const both = isSpot && list !== undefined && price !== undefined;
  return {
    ...sum,
    machines: sum.machines + 1,
    hours: sum.hours + hours,
    spot: sum.spot + (isSpot ? hours * (price ?? 0) : 0),
    onDemand: sum.onDemand + (isSpot ? 0 : hours * (price ?? 0)),
    ipAndDisk: sum.ipAndDisk + hours * (prices.ipv4PerHour + (prices.diskGiB * prices.diskPerGiBMonth) / HOURS_PER_MONTH),
    spotAtOnDemand: sum.spotAtOnDemand + (both ? hours * list : 0),
    spotWithBoth: sum.spotWithBoth + (both ? hours * price : 0),
  };
}

function lineOf(key: string, { spotWithBoth, ...sum }: Sum): CostLine {
  return { key, ...sum, saved: sum.spotAtOnDemand === 0 ? null : 1 - spotWithBoth / sum.spotAtOnDemand };
}

function keyOf(record: EndedRecord, by: CostKey, jobs: ReadonlyMap<string, Job>, classOf: ReadonlyMap<string, string>): string {
  const { runner } = record;
  switch (by) {
    case 'day':
      return dayOf(record.endedAt);
    case 'class':
      return runner?.classId ?? classOf.get(record.id) ?? '?';
    case 'repository': {
      const scope = runner?.scopeRef;
      const job = record.job ?? (runner === null ? undefined : (jobs.get(runner.ran ?? '') ?? jobs.get(runner.launchedFor)));
      return job?.repository.fullName ?? (scope?.kind === 'repository' ? scope.fullName : '?');
    }
  }
}

function totalOf({ spot, onDemand, ipAndDisk }: CostLine): number {
  return spot + onDemand + ipAndDisk;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
