/** One Gitea's day in a process of its own: `day-process.ts VERSION JOBS` sends a `PlayedDay` to who forked it. */
import type { GiteaVersion } from '@tinqs/simulator';
import { playDay, type DayReport } from './simulated-day.js';

export interface PlayedDay {
  readonly report: DayReport;
  /** By the wall clock. */
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Bytes that the process had grown by at the end. */
  readonly grown: number;
}

const [gitea, jobs] = process.argv.slice(2);
const before = process.memoryUsage.rss();
const [from, began] = [process.cpuUsage(), performance.now()];
const report = await playDay({ jobs: Number(jobs), repositories: 25, hours: 24, seed: 1, gitea: gitea as GiteaVersion });
const { user, system } = process.cpuUsage(from);
process.send!({ report, seconds: (performance.now() - began) / 1_000, processorSeconds: (user + system) / 1_000_000, grown: process.memoryUsage.rss() - before } satisfies PlayedDay);
process.disconnect();
