import type { Benchmark, Measured } from '../benchmark.js';
import { playDay, type DayReport } from '../simulated-day.js';

const JOBS = 100_000;

interface MeasuredDay {
  readonly seconds: number;
  readonly grown: number;
  readonly report: DayReport;
}

let played: Promise<MeasuredDay> | undefined;

/** Played once for all rows: seconds of processor time, so that what else the machine does is not counted. */
const playOnce = (): Promise<MeasuredDay> =>
  (played ??= (async () => {
    const before = process.memoryUsage.rss();
    const from = process.cpuUsage();
    const report = await playDay({ jobs: JOBS, repositories: 50, hours: 24, seed: 1 });
    const { user, system } = process.cpuUsage(from);
    if (report.broken.length > 0) throw new Error(`expected a day without a broken law: ${report.broken.join('; ')}`);
    return { seconds: (user + system) / 1_000_000, grown: process.memoryUsage.rss() - before, report };
  })());

const one = async (read: (day: MeasuredDay) => number): Promise<Measured> => ({ kind: 'samples', samples: [read(await playOnce())] });
const what = 'simulated day: 100,000 jobs, 5 % dropped, 5 % doubled, 10 % overtaking, all laws kept';

export const day: readonly Benchmark[] = [
  { id: 'day', what, unit: 's', budget: 60, measure: () => one(({ seconds }) => seconds) },
  { id: 'day-memory', what: 'memory at the most, world included', unit: 'bytes', budget: null, measure: () => one(({ report }) => report.peakBytes) },
  { id: 'day-memory-per-job', what: 'what the process had grown by at the end, for each job', unit: 'bytes', budget: null, measure: () => one(({ grown }) => grown / JOBS) },
];
