import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GiteaVersion } from '@tinqs/simulator';
import { build } from 'esbuild';
import type { Benchmark, Measured } from '../benchmark.js';
import type { PlayedDay } from '../day-process.js';

const JOBS = 100_000;
/** The oldest and the newest that list jobs: a claim that is lost for good, and a new id for each attempt. */
const GITEAS: readonly GiteaVersion[] = ['1.25', '1.27'];

let played: Promise<readonly PlayedDay[]> | undefined;

/** Played once for all rows. */
const playOnce = (): Promise<readonly PlayedDay[]> => (played ??= playAll());

/** Both at once, each on a core, from one bundle as what is deployed is one: a loader of TypeScript takes a tenth of the time. */
async function playAll(): Promise<readonly PlayedDay[]> {
  const folder = mkdtempSync(join(tmpdir(), 'day-'));
  try {
    const bundle = join(folder, 'day.mjs');
    await build({ entryPoints: [fileURLToPath(new URL('../day-process.ts', import.meta.url))], outfile: bundle, bundle: true, platform: 'node', target: 'node20', format: 'esm', conditions: ['@tinqs/source', 'module'], logLevel: 'error' });
    return await Promise.all(GITEAS.map((gitea) => playIn(bundle, gitea, JOBS / GITEAS.length)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function playIn(bundle: string, gitea: GiteaVersion, jobs: number): Promise<PlayedDay> {
  const child = fork(bundle, [gitea, String(jobs)], { execArgv: [] });
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
