import { describe, expect, it } from 'vitest';
import { createStand, type Stand } from '../fidelity/stand.js';
import { GITEA_VERSIONS, type GiteaVersion } from './gitea-version.js';
import type { JobPlan, WorkflowPlan } from './job-plan.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LONELY: JobPlan = { key: 'lonely', labels: ['nobody-has-this'] };

/** `name state` or `name conclusion` of every row. */
function rows(stand: Stand): readonly string[] {
  return stand.world.jobs().map(({ name, state, conclusion }) => `${name} ${conclusion ?? state}`);
}

/** What was announced of workflow jobs, in order. */
function words(stand: Stand): readonly string[] {
  return stand.deliveries.flatMap(({ report }) => (report.event === 'workflow_job' ? [`${report.job.name} ${report.action}${report.job.conclusion ? ` ${report.job.conclusion}` : ''}`] : []));
}

describe('a second push of a workflow', () => {
  const push = (stand: Stand): void => void stand.world.do('push', { repository: stand.repository, files: { [`${stand.world.now}`]: 'x' }, workflows: [{ file: 'ci.yml', jobs: [LONELY] }] });

  it.each<[GiteaVersion, string]>([
    ['1.24', 'lonely cancelled'],
    ['1.25', 'lonely cancelled'],
    ['1.26', 'lonely queued'],
    ['1.27', 'lonely queued'],
  ])('on %s leaves the first as: %s', (version, first) => {
    const stand = createStand(version);
    push(stand);
    stand.pass(5 * SECOND);

    push(stand);

    expect(rows(stand)).toEqual([first, 'lonely queued']);
  });

  it('cancels nothing on 1.24 once a job of the first has failed: its waiting jobs stay demand', () => {
    const stand = createStand('1.24');
    const workflow: WorkflowPlan = { file: 'ci.yml', jobs: [{ key: 'bad', labels: ['go'], conclusion: 'failure', durationMs: SECOND }, LONELY] };
    stand.dispatch(workflow);
    stand.machine();
    stand.pass(2 * MINUTE);

    stand.dispatch(workflow);

    expect(rows(stand)).toEqual(['bad failure', 'lonely queued', 'bad queued', 'lonely queued']);
  });
});

describe('a concurrency group', () => {
  const grouped = (cancelInProgress: boolean): WorkflowPlan => ({ file: 'ci.yml', jobs: [{ key: 'one', labels: ['go'], durationMs: 2 * MINUTE }], concurrency: { group: 'g', cancelInProgress } });

  it('keeps one running and one waiting; a third cancels the second; the end of the first frees the third', () => {
    const stand = createStand('1.26');
    stand.dispatch(grouped(false));
    stand.machine();
    stand.pass(MINUTE);

    stand.dispatch(grouped(false));
    expect(rows(stand)).toEqual(['one running', 'one blocked']);
    stand.dispatch(grouped(false));
    expect(rows(stand)).toEqual(['one running', 'one cancelled', 'one blocked']);
    stand.pass(3 * MINUTE);

    expect(rows(stand)).toEqual(['one success', 'one cancelled', 'one queued']);
    expect(words(stand)).toEqual(['one queued', 'one in_progress', 'one waiting', 'one completed cancelled', 'one waiting', 'one completed success', 'one queued']);
  });

  it('with cancel-in-progress cancels the running one too, at once and announced', () => {
    const stand = createStand('1.27');
    stand.dispatch(grouped(true));
    stand.machine();
    stand.pass(MINUTE);

    stand.dispatch(grouped(true));
    stand.pass(5 * SECOND);

    expect(words(stand).slice(-2)).toEqual(['one completed cancelled', 'one queued']);
  });

  it('is not obeyed up to 1.25', () => {
    const stand = createStand('1.25');
    stand.world.do('push', { repository: stand.repository, files: { a: '1' }, workflows: [{ ...grouped(false), file: 'a.yml' }, { ...grouped(false), file: 'b.yml' }] });

    expect(rows(stand)).toEqual(['one queued', 'one queued']);
  });
});

describe('jobs behind needs', () => {
  it.each(GITEA_VERSIONS)('wait for all rows of a matrix on %s', (version) => {
    const stand = createStand(version);
    stand.dispatch([
      { key: 'm', name: 'm (1)', labels: ['go'], durationMs: SECOND },
      { key: 'm', name: 'm (2)', labels: ['go'], durationMs: 90 * SECOND },
      { key: 'after', labels: ['go'], needs: ['m'] },
    ]);
    stand.machine();
    stand.machine();

    stand.pass(80 * SECOND);
    expect(rows(stand)[2]).toBe('after blocked');
    stand.pass(80 * SECOND);
    expect(rows(stand)[2]).toBe('after queued');
  });

  it('that name a job which does not exist wait for ever', () => {
    const stand = createStand('1.27');
    stand.dispatch([{ key: 'build', labels: ['go'], durationMs: SECOND }, { key: 'after', labels: ['go'], needs: ['nothing'] }]);
    stand.machine();

    stand.pass(10 * MINUTE);

    expect(rows(stand)).toEqual(['build success', 'after blocked']);
  });

  it.each<[GiteaVersion, string]>([
    ['1.24', 'after blocked'],
    ['1.25', 'after blocked'],
    ['1.26', 'after skipped'],
    ['1.27', 'after skipped'],
  ])('after a zombie sweep are on %s: %s', (version, expected) => {
    const stand = createStand(version);
    stand.dispatch([{ key: 'build', labels: ['go'], durationMs: 5 * MINUTE }, { key: 'after', labels: ['go'], needs: ['build'] }]);
    const { instanceId } = stand.machine();
    stand.pass(MINUTE);
    stand.world.do('terminate', { instanceId, force: true });

    stand.pass(9 * MINUTE);
    expect(rows(stand)[0]).toBe('build running');
    stand.pass(10 * MINUTE);

    expect(rows(stand)).toEqual(['build failure', expected]);
  });

  it('are cancelled after 24 h', () => {
    const stand = createStand('1.27');
    stand.dispatch([LONELY, { key: 'after', labels: ['go'], needs: ['lonely'] }]);

    stand.pass(31 * 60 * MINUTE);

    expect(rows(stand).every((row) => row.endsWith('cancelled'))).toBe(true);
  });
});

describe('a rerun', () => {
  it('on 1.27 gives every row of the run a new id, copies what is not run again without a word, and leaves the old rows as they ended', () => {
    const stand = createStand('1.27');
    const run = stand.dispatch([{ key: 'good', labels: ['go'], durationMs: SECOND }, { key: 'bad', labels: ['go'], durationMs: SECOND, conclusion: 'failure' }]);
    stand.machine();
    stand.machine();
    stand.pass(2 * MINUTE);
    const before = words(stand).length;

    expect(stand.world.do('rerun', { run, what: { job: 2 } })).toEqual({ kind: 'started', job: 4 });
    stand.pass(5 * SECOND);

    expect(stand.world.jobs().map(({ id, name, attempt, state, conclusion }) => [id, name, attempt, conclusion ?? state])).toEqual([
      [1, 'good', 1, 'success'],
      [2, 'bad', 1, 'failure'],
      [3, 'good', 2, 'success'],
      [4, 'bad', 2, 'queued'],
    ]);
    expect(words(stand).slice(before)).toEqual(['bad queued']);
    expect(stand.world.do('rerun', { run, what: { job: 2 } })).toEqual({ kind: 'not-found' });
  });

  it('where nothing failed runs everything on 1.27, nothing on 1.26', () => {
    const queued = (['1.26', '1.27'] as const).map((version) => {
      const stand = createStand(version);
      const run = stand.dispatch([{ key: 'good', labels: ['go'], durationMs: SECOND }]);
      stand.machine();
      stand.pass(2 * MINUTE);
      stand.world.do('rerun', { run, what: 'failed' });
      return stand.world.jobs().filter(({ state }) => state === 'queued').length;
    });

    expect(queued).toEqual([0, 1]);
  });

  it('is served again, by another machine', () => {
    const stand = createStand('1.26');
    const run = stand.dispatch([{ key: 'build', labels: ['go'], durationMs: SECOND }]);
    stand.machine();
    stand.pass(2 * MINUTE);
    stand.world.do('rerun', { run, what: 'all' });
    stand.machine();
    stand.pass(2 * MINUTE);

    expect(stand.world.ledger.served.map(({ jobId, attempt, runnerId }) => [jobId, attempt, runnerId])).toEqual([
      [1, 1, 1],
      [1, 2, 2],
    ]);
  });
});

describe('a caller on 1.27', () => {
  it('shows what its called jobs are, gets no runner, and nothing announces its end', () => {
    const stand = createStand('1.27');
    stand.dispatch([
      { key: 'call', labels: ['go'], uses: [{ key: 'inner', labels: ['go'], durationMs: 30 * SECOND }] },
      { key: 'after', labels: ['go'], needs: ['call'] },
    ]);
    stand.pass(5 * SECOND);
    expect(rows(stand)).toEqual(['call queued', 'after blocked', 'inner queued']);
    stand.machine();
    stand.pass(50 * SECOND);
    expect(rows(stand)).toEqual(['call running', 'after blocked', 'inner running']);
    stand.pass(MINUTE);

    expect(rows(stand)).toEqual(['call success', 'after queued', 'inner success']);
    expect(words(stand).filter((word) => word.startsWith('call'))).toEqual(['call waiting']);
    expect(stand.world.ledger.served.map(({ name }) => name)).toEqual(['inner']);
  });

  it('behind needs is expanded when they are over; its jobs come without a waiting', () => {
    const stand = createStand('1.27');
    stand.dispatch([
      { key: 'build', labels: ['go'], durationMs: SECOND },
      { key: 'call', labels: [], needs: ['build'], uses: [{ key: 'inner', labels: ['x'] }] },
    ]);
    stand.machine(['go']);
    stand.pass(2 * MINUTE);

    expect(words(stand).filter((word) => !word.startsWith('build'))).toEqual(['call waiting', 'inner queued']);
  });
});

describe('a deleted repository', () => {
  it('takes its jobs and runners along', () => {
    const stand = createStand('1.26');
    stand.dispatch([LONELY]);
    stand.machine();

    stand.world.do('deleteRepository', { repository: 'acme/app' });

    expect([stand.world.jobs().length, stand.world.gitea.registrations.size]).toEqual([0, 0]);
    stand.pass(10 * MINUTE);
    expect([...stand.world.machines.values()].map(({ state }) => state)).toEqual(['terminated']);
  });
});
