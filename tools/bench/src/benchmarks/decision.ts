import { matchTriggers, pushEvent } from '@tinqs/trigger-matcher';
import type { Benchmark } from '../benchmark.js';
import { processorMsOf, sampled, sampledRatio } from '../harness.js';

/** Every kind of filter, from the cheapest to patterns that have to be asked of every file. */
const ons = [
  'push',
  '[push, pull_request]',
  '{push: {branches: [main]}}',
  "{push: {branches-ignore: ['dependabot/**']}}",
  "{push: {tags: ['v*']}}",
  "{push: {paths: ['docs/**']}}",
  "{push: {paths: ['src/**/*.go', 'go.mod', '!**/*.md']}}",
  "{push: {paths-ignore: ['**/*.md', 'docs/**']}}",
  "{push: {branches: ['release/**', main], paths: ['web/**', 'package*.json']}}",
  '{schedule: [{cron: "0 4 * * *"}]}',
];

const workflows = ons.map((on, index) => ({ path: `.gitea/workflows/w${index}.yml`, text: `on: ${on}\njobs:\n  build:\n    runs-on: [go]\n    strategy: {matrix: {os: [linux, arm]}}\n    steps: [{run: make}]\n` }));

const folders = ['src', 'web', 'lib', 'docs', 'test'];
const files = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${folders[index % folders.length]}/package-${index % 37}/part-${index}/file-${index}.${index % 3 === 0 ? 'md' : 'go'}`);

/** Decides anew every time: each push is an event of its own, only the files that were read are remembered. */
const decide = (changedFiles: readonly string[]) => () => matchTriggers(workflows, pushEvent({ ref: 'refs/heads/main', before: 'a'.repeat(40), after: 'b'.repeat(40), changedFiles: [...changedFiles], message: 'fix: it' }));

const thousand = decide(files(1_000));
const tenThousand = decide(files(10_000));

export const decision: readonly Benchmark[] = [
  { id: 'decision', what: 'decision for a push of 1,000 files against 10 workflows, cached, processor time', unit: 'ms', budget: 1.5, measure: () => sampled({ warmUps: 40, rounds: 40 }, () => processorMsOf(20, thousand)) },
  {
    id: 'decision-10x-files',
    what: 'decision for ten times the files, over that for 1,000',
    unit: '×',
    budget: 12,
    measure: () => sampledRatio({ warmUps: 5, rounds: 20 }, { work: () => processorMsOf(2, tenThousand), floor: () => processorMsOf(20, thousand) }),
  },
];
