import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers } from './class-match.js';
import { matchSupply, type Demander, type Supplier } from './matching.js';

const LABELS = ['a', 'b', 'c', 'd'];
const labels = fc.subarray(LABELS, { minLength: 1, maxLength: 2 });
const supplier = (index: number) => fc.record({ name: fc.constant(`r${index}`), labels, since: fc.integer({ min: 0, max: 5 }) });
const demander = (index: number) => fc.record({ id: fc.constant(`j${index}`), labels, since: fc.integer({ min: 0, max: 5 }) });
const upTo = <Item>(most: number, make: (index: number) => fc.Arbitrary<Item>) => fc.integer({ min: 0, max: most }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => make(index))));

/** By trying everything. */
function bruteForce(jobs: readonly Demander[], suppliers: readonly Supplier[]): number {
  const [job, ...rest] = jobs;
  if (job === undefined) return 0;
  const served = suppliers.filter((each) => covers(each.labels, job.labels)).map((each) => 1 + bruteForce(rest, suppliers.filter((other) => other !== each)));
  return Math.max(bruteForce(rest, suppliers), ...served);
}

describe('P7 the matching of jobs and runners', () => {
  it('is maximum: no other serves more jobs', () => {
    fc.assert(
      fc.property(upTo(5, demander), upTo(5, supplier), (jobs, suppliers) => {
        expect(matchSupply(jobs, suppliers).size).toBe(bruteForce(jobs, suppliers));
      }),
      { numRuns: 500 },
    );
  });

  it('gives each job a runner that covers it, and each runner one job', () => {
    fc.assert(
      fc.property(upTo(8, demander), upTo(8, supplier), (jobs, suppliers) => {
        const matched = matchSupply(jobs, suppliers);

        expect(new Set(matched.values()).size).toBe(matched.size);
        for (const [id, name] of matched) expect(covers(suppliers.find((each) => each.name === name)!.labels, jobs.find((each) => each.id === id)!.labels)).toBe(true);
      }),
    );
  });

  it('does not depend on the order of its input', () => {
    fc.assert(
      fc.property(upTo(6, demander), upTo(6, supplier), (jobs, suppliers) => {
        const entries = (matched: ReadonlyMap<string, string>) => [...matched].sort();

        expect(entries(matchSupply([...jobs].reverse(), [...suppliers].reverse()))).toEqual(entries(matchSupply(jobs, suppliers)));
      }),
    );
  });

  it.each<readonly [why: string, jobs: readonly Demander[], suppliers: readonly Supplier[], expected: readonly (readonly [string, string])[]]>([
    ['a job with more labels chooses first, since fewer runners fit it', [{ id: 'j1', labels: ['a'], since: 1 }, { id: 'j2', labels: ['a', 'b'], since: 2 }], [{ name: 'r1', labels: ['a', 'b'], since: 1 }], [['j2', 'r1']]],
    ['a job that is served already moves to another runner, so that both are', [{ id: 'j1', labels: ['a'], since: 1 }, { id: 'j2', labels: ['b'], since: 2 }], [{ name: 'r1', labels: ['a', 'b'], since: 1 }, { name: 'r2', labels: ['a', 'c'], since: 2 }], [['j2', 'r1'], ['j1', 'r2']]],
    ['of two alike the older', [{ id: 'j1', labels: ['a'], since: 2 }, { id: 'j2', labels: ['a'], since: 1 }], [{ name: 'r1', labels: ['a'], since: 1 }], [['j2', 'r1']]],
    ['of two as old the smaller id', [{ id: 'j2', labels: ['a'], since: 1 }, { id: 'j1', labels: ['a'], since: 1 }], [{ name: 'r1', labels: ['a'], since: 1 }], [['j1', 'r1']]],
    ['the runner with the fewest labels, so that the others stay free', [{ id: 'j1', labels: ['a'], since: 1 }], [{ name: 'r1', labels: ['a', 'b'], since: 1 }, { name: 'r2', labels: ['a'], since: 2 }], [['j1', 'r2']]],
    ['of two alike the older runner', [{ id: 'j1', labels: ['a'], since: 1 }], [{ name: 'r1', labels: ['a'], since: 2 }, { name: 'r2', labels: ['a'], since: 1 }], [['j1', 'r2']]],
  ])('%s', (_why, jobs, suppliers, expected) => {
    expect([...matchSupply(jobs, suppliers)].sort()).toEqual([...expected].sort());
  });

  it('serves 300 jobs with 300 runners in a moment', () => {
    const jobs = Array.from({ length: 300 }, (_, index) => ({ id: `j${index}`, labels: ['a'], since: index }));

    expect(matchSupply(jobs, jobs.map(({ id, since }) => ({ name: id, labels: ['a', 'b'], since }))).size).toBe(300);
  });
});
