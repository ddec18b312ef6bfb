import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJobFact, jobFromFact } from './job-lifecycle.js';
import type { Job, JobFact, JobStatus } from './job.js';
import { fact, KEY, NOW, V126, V127 } from './samples.contract.js';
import { seconds } from './time.js';
import type { ServerFacts } from './world.js';

const RANK = { blocked: 0, queued: 1, running: 2, done: 3 } as const;

/** What Gitea tells of one job in its life, in the order in which it happens. */
const STORY: readonly JobFact[] = [
  fact({ status: 'blocked' }),
  fact({ status: 'queued' }),
  fact({ status: 'running', runnerId: 100 }),
  fact({ status: 'done', runnerId: 100, conclusion: 'success' }),
];

/** Any of it, doubled, dropped and in any order, each received at some moment. */
const deliveries = (story: readonly JobFact[]) =>
  fc.array(fc.record({ index: fc.nat({ max: story.length - 1 }), delay: fc.nat({ max: 600 }) }), { maxLength: 10 }).map((all) => all.map(({ index, delay }) => ({ ...story[index]!, seenAt: NOW + seconds(delay) })));

/** Folds facts into a job; whatever must be asked is answered with the truth of that moment. */
function fold(facts: readonly JobFact[], truth: JobFact, server: ServerFacts, watch: (before: Job, after: Job) => void = () => undefined): Job | undefined {
  let job: Job | undefined;
  for (const news of facts) {
    let outcome = job === undefined ? undefined : applyJobFact(job, news, server);
    if (outcome?.kind === 'ask') outcome = applyJobFact(job!, { ...truth, seenAt: news.seenAt, via: 'read' }, server);
    const next = outcome === undefined ? jobFromFact(news, KEY) : outcome.job;
    if (job !== undefined) watch(job, next);
    job = next;
  }
  return job;
}

describe.each([['1.26', V126], ['1.27', V127]] as const)('I7 on %s', (_version, server) => {
  it('deliveries in any order, doubled, dropped and late, and one last answer end in what Gitea says', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3, 4), (length) => {
        const told = STORY.slice(0, length);
        const truth = told.at(-1)!;
        fc.assert(
          fc.property(deliveries(told), (facts) => {
            const job = fold([...facts, { ...truth, seenAt: NOW + seconds(1_000), via: 'read' }], truth, server)!;

            expect(job.status).toBe(truth.status);
            expect(job.conclusion).toBe(truth.conclusion);
          }),
          { numRuns: 120 },
        );
      }),
      { numRuns: 3 },
    );
  });

  it('states move forward within a generation, generations never go back, and only an answer raises one', () => {
    fc.assert(
      fc.property(deliveries(STORY), fc.constantFrom<JobStatus[]>('queued', 'running', 'done'), (facts, status) => {
        const truth = STORY.find((each) => each.status === status)!;
        fold(facts, truth, server, (before, after) => {
          expect(after.generation).toBeGreaterThanOrEqual(before.generation);
          if (after.generation === before.generation) expect(RANK[after.status]).toBeGreaterThanOrEqual(RANK[before.status]);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('facts are written once within a generation: pick-up, runner, end', () => {
    fc.assert(
      fc.property(deliveries(STORY), (facts) => {
        fold(facts, STORY[3]!, server, (before, after) => {
          if (after.generation !== before.generation) return;
          for (const key of ['pickedAt', 'completedAt', 'runnerId'] as const) if (before[key] !== null) expect(after[key]).toBe(before[key]);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('the same delivery twice changes nothing the second time', () => {
    fc.assert(
      fc.property(deliveries(STORY), fc.nat({ max: 3 }), (facts, index) => {
        const last = { ...STORY[index]!, seenAt: NOW + seconds(700) };
        const job = fold([...facts, last], STORY[3]!, server)!;
        const again = applyJobFact(job, last, server);

        expect(again.kind === 'ask' || again.kind === 'same').toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
