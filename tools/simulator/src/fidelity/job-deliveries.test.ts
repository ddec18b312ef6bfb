import { describe, expect, it } from 'vitest';
import type { JobPlan } from '../gitea/job-plan.js';
import { GITEA_VERSIONS, type GiteaVersion } from '../gitea/gitea-version.js';
import { recordedDelivery } from './recordings.js';
import { shapeText } from './shape.js';
import { createStand, type Stand } from './stand.js';

const BUILD: JobPlan = { key: 'build', labels: ['go'], durationMs: 1_000, steps: ['echo hello', 'env'] };
const LONELY: JobPlan = { key: 'lonely', labels: ['nobody-has-this'] };
const MINUTE = 60_000;

interface Scenario {
  readonly title: string;
  readonly play: (stand: Stand) => void;
  /** The job whose deliveries are compared, and the recordings in the order in which they must come. */
  readonly job: string;
  readonly recorded: readonly string[];
  /** Which deliveries of that job were recorded; else those that begin at `skip`. */
  readonly at?: readonly number[];
  readonly skip?: number;
  /** Where nothing was recorded, nothing may be said. */
  readonly silent?: true;
  readonly only?: readonly GiteaVersion[];
}

const served = (jobs: readonly JobPlan[], machines: number) => (stand: Stand) => {
  stand.dispatch(jobs);
  stand.pass(5_000);
  for (let count = 0; count < machines; count += 1) stand.machine();
  stand.pass(4 * MINUTE);
};

const FAILING: readonly JobPlan[] = [
  { key: 'bad', labels: ['go'], durationMs: 1_000, conclusion: 'failure' },
  { key: 'after', labels: ['go'], needs: ['bad'], durationMs: 1_000 },
  { key: 'cleanup', labels: ['go'], needs: ['bad'], condition: 'always', durationMs: 1_000 },
];

const rerunOne = (what: (stand: Stand, run: number) => void) => (stand: Stand) => {
  const run = stand.dispatch([
    { key: 'good', labels: ['go'], durationMs: 1_000 },
    { key: 'bad', labels: ['go'], durationMs: 1_000, conclusion: 'failure' },
    { key: 'after', labels: ['go'], needs: ['bad'] },
  ]);
  stand.machine();
  stand.machine();
  stand.pass(4 * MINUTE);
  what(stand, run);
  stand.pass(5_000);
};

const called = (caller: JobPlan) => (stand: Stand) => {
  stand.dispatch([...(caller.needs ? [{ key: 'first', labels: ['nobody-has-this'] }] : []), caller]);
  stand.pass(5_000);
};
const INNER: readonly JobPlan[] = [{ key: 'inner', labels: ['go', 'x'] }];

const SCENARIOS: readonly Scenario[] = [
  { title: 'a job, picked and done', job: 'build', recorded: ['020', '021', '022'], play: served([BUILD], 1) },
  { title: 'a job behind needs', job: 'second', recorded: ['029', '030', '031'], at: [0, 1, 3], play: served([{ ...BUILD, steps: ['x'] }, { key: 'second', labels: ['go'], needs: ['build'], durationMs: 1_000 }], 2) },
  { title: 'a failed job', job: 'bad', recorded: ['044'], skip: 2, play: served(FAILING, 2) },
  { title: 'a job behind a failed one', job: 'after', recorded: ['045'], skip: 1, play: served(FAILING, 2) },
  { title: 'if: always() behind a failed one', job: 'cleanup', recorded: ['046'], skip: 1, play: served(FAILING, 2) },
  { title: 'if: false without needs', job: 'skipped', recorded: ['047', '048'], at: [0, 2], play: served([{ key: 'skipped', labels: ['go'], condition: 'never' }], 1) },
  {
    title: 'cancelled before the pick-up',
    job: 'lonely',
    recorded: ['049'],
    skip: 1,
    play: (stand) => {
      const run = stand.dispatch([LONELY]);
      stand.pass(5_000);
      stand.world.do('cancelRun', { run });
      stand.pass(5_000);
    },
  },
  {
    title: 'cancelled while blocked',
    job: 'second',
    recorded: ['050'],
    skip: 1,
    play: (stand) => {
      const run = stand.dispatch([LONELY, { key: 'second', labels: ['go'], needs: ['lonely'] }]);
      stand.pass(5_000);
      stand.world.do('cancelRun', { run });
      stand.pass(5_000);
    },
  },
  {
    title: 'cancelled in the page while it ran (nothing is said up to 1.25)',
    job: 'slow',
    recorded: ['051'],
    skip: 2,
    silent: true,
    play: (stand) => {
      const run = stand.dispatch([{ key: 'slow', labels: ['go'], durationMs: 40_000 }]);
      stand.machine();
      stand.pass(MINUTE);
      stand.world.do('cancelRun', { run });
      stand.pass(2 * MINUTE);
    },
  },
  {
    title: 'run again when done',
    job: 'build',
    recorded: ['052', '053', '054'],
    skip: 3,
    play: (stand) => {
      const run = stand.dispatch([BUILD]);
      stand.machine();
      stand.pass(3 * MINUTE);
      stand.world.do('rerun', { run, what: 'all' });
      stand.machine();
      stand.pass(3 * MINUTE);
    },
  },
  {
    title: 'cancelled before it ran, run again',
    job: 'lonely',
    recorded: ['055'],
    skip: 2,
    play: (stand) => {
      const run = stand.dispatch([LONELY]);
      stand.pass(5_000);
      stand.world.do('cancelRun', { run });
      stand.pass(5_000);
      stand.world.do('rerun', { run, what: 'all' });
      stand.pass(5_000);
    },
  },
  {
    title: 'cancelled by a newer run',
    job: 'only',
    recorded: ['056'],
    skip: 1,
    play: (stand) => {
      const workflow = { file: 'ci.yml', jobs: [{ key: 'only', labels: ['nobody-has-this'] }], concurrency: { group: 'one', cancelInProgress: true } };
      stand.dispatch(workflow);
      stand.pass(5_000);
      stand.dispatch(workflow);
      stand.pass(10);
      stand.pass(5_000);
    },
  },
  {
    title: 'running when a newer dispatch came',
    job: 'slow',
    recorded: ['057'],
    skip: 2,
    only: ['1.24', '1.25'],
    play: (stand) => {
      stand.dispatch([{ key: 'slow', labels: ['go'], durationMs: 40_000 }]);
      stand.machine();
      stand.pass(MINUTE);
      stand.dispatch([LONELY]);
      stand.pass(5_000);
    },
  },
  {
    title: 'swept after its machine was lost',
    job: 'build',
    recorded: ['311'],
    skip: 2,
    only: ['1.24'],
    play: (stand) => {
      stand.dispatch([{ ...BUILD, durationMs: 10 * MINUTE }]);
      const { instanceId } = stand.machine();
      stand.pass(MINUTE);
      stand.world.do('terminate', { instanceId, force: true });
      stand.pass(20 * MINUTE);
    },
  },
  { title: 'a caller', job: 'call', recorded: ['400'], play: called({ key: 'call', labels: [], uses: INNER }) },
  { title: 'a caller with runs-on', job: 'call', recorded: ['402'], play: called({ key: 'call', labels: ['go'], uses: INNER }) },
  { title: 'a caller behind needs', job: 'call', recorded: ['404'], play: called({ key: 'call', labels: [], uses: INNER, needs: ['first'] }) },
  { title: 'a caller with if: false', job: 'call', recorded: ['406'], play: called({ key: 'call', labels: [], uses: INNER, condition: 'never' }) },
  { title: 'a called job', job: 'inner', recorded: ['401'], skip: 1, only: ['1.27'], play: called({ key: 'call', labels: [], uses: INNER }) },
  { title: 'a called job of a caller with if: false', job: 'inner', recorded: ['407'], skip: 1, only: ['1.27'], play: called({ key: 'call', labels: [], uses: INNER, condition: 'never' }) },
  { title: 'failed, run again by API', job: 'bad', recorded: ['420'], skip: 3, play: rerunOne((stand, run) => stand.world.do('rerun', { run, what: 'failed' })) },
  { title: 'behind the failed one, run again', job: 'after', recorded: ['421'], skip: 2, play: rerunOne((stand, run) => stand.world.do('rerun', { run, what: 'failed' })) },
  { title: 'cancelling, by a runner that can', job: 'long', recorded: ['440', '441'], skip: 2, only: ['1.27'], play: cancelling },
  {
    title: 'if: false behind needs',
    job: 'no',
    recorded: ['450'],
    skip: 1,
    play: served([BUILD, { key: 'no', labels: ['x'], needs: ['build'], condition: 'never' }], 1),
  },
];

function cancelling(stand: Stand): void {
  const run = stand.dispatch([{ key: 'long', labels: ['go'], durationMs: 20_000 }]);
  stand.machine();
  stand.pass(50_000);
  stand.world.do('cancelRun', { run });
  stand.pass(2 * MINUTE);
}

describe.each(GITEA_VERSIONS)('workflow_job deliveries of Gitea %s are those recorded', (version) => {
  const known = SCENARIOS.filter((scenario) => (scenario.only ?? GITEA_VERSIONS).includes(version));

  it.each(known.map((scenario) => [scenario.title, scenario] as const))('%s', (_title, { play, job, recorded, at, skip = 0, silent }) => {
    const recordings = recorded.flatMap((number) => recordedDelivery(version, number) ?? []).map(({ body }) => JSON.parse(body) as Body);
    // Played by hand through the runner protocol, without a word about steps.
    const hasSteps = (index: number): boolean => recorded[index] !== '441';
    const stand = createStand(version, { declaresCancelling: recorded[0] === '440' });

    play(stand);

    const all = stand.told<Body>(job);
    const told = at ? at.map((position) => all[position]) : all.slice(skip);
    expect(told.length).toBeGreaterThanOrEqual(recordings.length);
    if (silent && recordings.length === 0) expect(told).toEqual([]);
    for (const [index, recording] of recordings.entries()) {
      const [mine, theirs] = [told[index]!, recording].map((body) => (hasSteps(index) ? body : withoutSteps(body)));
      expect(shapeText(mine)).toBe(shapeText(theirs));
      expect(factsOf(mine!, version)).toEqual(factsOf(theirs!, version));
    }
  });
});

interface Body {
  readonly action: string;
  readonly workflow_job: { readonly [field: string]: unknown };
}

function withoutSteps(body: Body): Body {
  return { ...body, workflow_job: { ...body.workflow_job, steps: null } };
}

/** The words and numbers that mean something; names, ids and times are each server's own. */
function factsOf({ action, workflow_job: job }: Body, version: GiteaVersion): object {
  const { status, conclusion, run_attempt, labels, head_branch, created_at, started_at, completed_at } = job;
  const set = [created_at, started_at, completed_at].map((time) => time !== '1970-01-01T00:00:00Z');
  const steps = job['steps'] as { status: string; conclusion?: string }[] | null;
  // Which ids and numbers stand in an address: the same one where two of them are the same.
  const numbers = [job['id'], job['run_id']];
  const address = (field: string): string => String(job[field]).replace(/^http:\/\/[^/]+/, '').replace(/acme\/\w+/, 'acme/app').replace(/\/(\d+)/g, (_text, digits: string) => (numbers.includes(Number(digits)) ? '/<id>' : '/<number>'));
  const addresses = version >= '1.26' ? ['url', 'html_url', 'run_url'].map(address) : [address('url'), address('run_url')];
  return { action, status, conclusion, run_attempt, labels, head_branch, set, addresses, steps: steps?.map((step) => [step.status, step.conclusion]) ?? null };
}
