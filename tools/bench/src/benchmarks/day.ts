import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GiteaVersion } from '@tinqs/simulator';
import type { Benchmark, Measured } from '../benchmark.js';
import type { PlayedDay } from '../day-process.js';

const JOBS = 100_000;
/** The oldest and the newest that list jobs: a claim that is lost for good, and a new id for each attempt. */
const GITEAS: readonly GiteaVersion[] = ['1.25', '1.27'];

let played: Promise<readonly PlayedDay[]> | undefined;

/** Played once for all rows; both at once, each on a core. */
const playOnce = (): Promise<readonly PlayedDay[]> => (played ??= Promise.all(GITEAS.map((gitea) => playIn(gitea, JOBS / GITEAS.length))));

async function playIn(gitea: GiteaVersion, jobs: number): Promise<PlayedDay> {
  const child = fork(fileURLToPath(new URL('../day-process.ts', import.meta.url)), [gitea, String(jobs)]);
  const [day] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => Promise.reject(new Error(`the day on Gitea ${gitea} ended early, with code ${String(code)}`)))])) as [PlayedDay];
  if (day.report.broken.length > 0) throw new Error(`expected a day on Gitea ${gitea} without a broken law: ${day.report.broken.join('; ')}`);
  return day;
}

const one = async (read: (days: readonly PlayedDay[]) => number): Promise<Measured> => ({ kind: 'samples', samples: [read(await playOnce())] });
const sum = (read: (day: PlayedDay) => number) => one((days) => days.map(read).reduce((a, b) => a + b));

export const day: readonly Benchmark[] = [
  { id: 'day', what: 'simulated day: 100,000 jobs, half on Gitea 1.25 and half on 1.27, 5 % dropped, 5 % doubled, 10 % overtaking, all laws kept', unit: 's', budget: 60, measure: () => one((days) => Math.max(...days.map(({ seconds }) => seconds))) },
  { id: 'day-processor', what: 'processor time of both, so that what else the machine does is not in it', unit: 's', budget: null, measure: () => sum(({ processorSeconds }) => processorSeconds) },
  { id: 'day-memory', what: 'memory of both at the most, worlds included', unit: 'bytes', budget: null, measure: () => sum(({ report }) => report.peakBytes) },
  { id: 'day-memory-per-job', what: 'what both had grown by at the end, for each job', unit: 'bytes', budget: null, measure: () => sum(({ grown }) => grown / JOBS) },
];
