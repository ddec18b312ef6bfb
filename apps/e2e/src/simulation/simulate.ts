/**
 * Usage: npm run simulate -- [--hours N] [--seconds N] [--seeds N] [--from SEED] [--story SEED]
 * Plays seeded schedules against planner, controller and sweep until the time is over; a broken law is told as a story.
 */
import { parseArgs } from 'node:util';
import { play } from './play.js';
import { scenarioOf } from './scenario.js';
import { shrink, tellStory } from './shrink.js';

const values = readOptions();

if (values.story !== undefined) {
  const scenario = scenarioOf(Number(values.story));
  process.stdout.write(`${tellStory(scenario, await play(scenario), Infinity)}\n`);
  process.exit();
}
const until = Date.now() + (values.hours !== undefined ? Number(values.hours) * 3_600_000 : values.seconds !== undefined ? Number(values.seconds) * 1_000 : values.seeds === undefined ? 60_000 : Infinity);
const from = Number(values.from);
const most = values.seeds === undefined ? Infinity : Number(values.seeds);
let failures = 0;
let jobs = 0;
let seed = from;
for (; seed < from + most && Date.now() < until; seed += 1) {
  const scenario = scenarioOf(seed);
  const played = await play(scenario);
  jobs += played.served;
  if (played.broken === null) continue;
  failures += 1;
  const smaller = await shrink(scenario, played);
  process.stdout.write(`\n${tellStory(smaller.scenario, smaller.played, 60)}\n`);
}
process.stdout.write(`${seed - from} schedules, ${jobs} jobs served, ${failures} failed\n`);
process.exitCode = failures === 0 ? 0 : 1;

function readOptions() {
  try {
    return parseArgs({ options: { hours: { type: 'string' }, seconds: { type: 'string' }, seeds: { type: 'string' }, from: { type: 'string', default: '1' }, story: { type: 'string' } } }).values;
  } catch (cause) {
    process.stderr.write(`${(cause as Error).message}\nusage: npm run simulate -- [--hours N] [--seconds N] [--seeds N] [--from SEED] [--story SEED]\n`);
    process.exit(2);
  }
}
