import type { Benchmark, Measured } from '../benchmark.js';
import { startDispatchStand, type DispatchStand } from '../dispatch-stand.js';
import { sampled } from '../harness.js';

/** What is cached for 60 s is there, and the code has run: one job was served before. */
async function onStand(measure: (stand: DispatchStand) => Promise<Measured>): Promise<Measured> {
  const stand = await startDispatchStand();
  try {
    await stand.serve(stand.queueJobs(1));
    return await measure(stand);
  } finally {
    await stand.end();
  }
}

async function callsOf(jobs: number, stand: DispatchStand): Promise<readonly string[]> {
  const deliveries = stand.queueJobs(jobs);
  stand.takeCalls();
  await stand.serve(deliveries);
  return stand.takeCalls();
}

/** Calls up to the launch, for each job of a batch. What follows a launch, as one job shows it, may come before that of another job. */
const callsEach = (jobs: number) =>
  onStand(async (stand) => {
    const alone = await callsOf(1, stand);
    const following = new Set(alone.slice(alone.indexOf('RunInstances') + 1));
    return sampled({ warmUps: 1, rounds: 3 }, async () => (await callsOf(jobs, stand)).filter((call) => !following.has(call)).length / jobs);
  });

export const dispatch: readonly Benchmark[] = [
  {
    id: 'ten-jobs',
    what: 'ten jobs at once, from ten deliveries to the tenth launch call',
    unit: 'ms',
    budget: 500,
    measure: () => onStand((stand) => sampled({ warmUps: 2, rounds: 10 }, () => stand.serve(stand.queueJobs(10)))),
  },
  { id: 'calls-one-job', what: 'calls from the webhook to the launch, warm, for one job', unit: 'calls', budget: 9, measure: () => callsEach(1) },
  { id: 'calls-ten-jobs', what: 'the same for each of ten jobs in a batch', unit: 'calls', budget: 7, measure: () => callsEach(10) },
];
