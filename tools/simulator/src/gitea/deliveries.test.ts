import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStand, type Stand } from '../fidelity/stand.js';
import type { Misbehaviour } from '../world/misbehaviour.js';

const MINUTE = 60_000;

/** Fifty jobs queued one second after the other; the ids of those announced, in the order of arrival. */
function announced(misbehaviour: Partial<Misbehaviour>): { readonly stand: Stand; readonly ids: readonly number[]; readonly lateMs: readonly number[] } {
  const stand = createStand('1.26');
  stand.world.do('misbehave', misbehaviour);
  for (let count = 0; count < 50; count += 1) {
    stand.dispatch([{ key: 'a', labels: ['x'] }]);
    stand.pass(1_000);
  }
  stand.pass(60 * MINUTE);
  const reports = stand.deliveries.flatMap(({ at, report }) => (report.event === 'workflow_job' ? [{ at, job: report.job }] : []));
  return { stand, ids: reports.map(({ job }) => job.id), lateMs: reports.map(({ at, job }) => at - job.createdAt) };
}

const all = Array.from({ length: 50 }, (_, index) => index + 1);

describe('deliveries', () => {
  it('come once each, in order, within some seconds, if nothing misbehaves', () => {
    const { ids, lateMs } = announced({});

    expect(ids).toEqual(all);
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...lateMs)).toBeLessThan(4_000);
  });

  it('are dropped: some never come', () => {
    const { ids, stand } = announced({ drop: 0.3 });

    expect(ids.length + stand.world.ledger.deliveries.dropped).toBe(50);
    expect(stand.world.ledger.deliveries.dropped).toBeGreaterThan(5);
  });

  it('are doubled, each time with an id of its own', () => {
    const { ids, stand } = announced({ duplicate: 0.3 });

    expect(ids.length).toBeGreaterThan(55);
    expect(new Set(ids)).toEqual(new Set(all));
    expect(new Set(stand.deliveries.map(({ id }) => id)).size).toBe(stand.deliveries.length);
  });

  it('overtake one another', () => {
    const { ids } = announced({ reorder: 0.5 });

    expect(ids).not.toEqual(all);
    expect(ids.toSorted((a, b) => a - b)).toEqual(all);
  });

  it('are minutes late', () => {
    expect(Math.max(...announced({ delay: { probability: 0.3, maxMs: 10 * MINUTE } }).lateMs)).toBeGreaterThan(MINUTE);
  });

  it('report what was when they were made, not what is when they arrive', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (minutes) => {
        const stand = createStand('1.26');
        stand.world.do('misbehave', { delay: { probability: 1, maxMs: minutes * MINUTE } });
        stand.dispatch([{ key: 'a', labels: ['go'], durationMs: 1_000 }]);
        stand.machine();
        stand.pass(30 * MINUTE);

        const told = stand.deliveries.flatMap(({ report }) => (report.event === 'workflow_job' ? [[report.action, report.job.state, report.job.runnerId]] : []));
        expect(told.toSorted()).toEqual([
          ['completed', 'done', 1],
          ['in_progress', 'running', 1],
          ['queued', 'queued', null],
        ]);
      }),
      { numRuns: 10 },
    );
  });

  it('show the time of Gitea’s own clock', () => {
    const stand = createStand('1.26');
    stand.world.do('misbehave', { giteaSkewMs: 90_000 });
    stand.dispatch([{ key: 'a', labels: ['x'] }]);
    const { createdAt } = stand.world.jobs()[0]!;
    stand.pass(5_000);

    const job = stand.told('a')[0]!['workflow_job'] as { created_at: string };
    expect(Date.parse(job.created_at) - createdAt).toBe(90_000);
  });
});
