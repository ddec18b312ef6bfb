import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demoScript } from '../demo/demo-script.js';
import { createStand } from '../fidelity/stand.js';
import { GITEA_VERSIONS, type GiteaVersion } from '../gitea/gitea-version.js';
import { encodeState } from '../journal/state-text.js';
import { createSimulatedWorld, type SimulatedWorld } from './world.js';

const START = Date.parse('2030-01-01T00:00:00Z');
const MINUTE = 60_000;
const LIMITS = { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 };

/** A crude fleet: one machine for every job that is announced as queued. */
function act(world: SimulatedWorld, instant: number): readonly string[] {
  const story: string[] = [];
  for (const outgoing of world.advanceTo(instant)) {
    if (outgoing.kind !== 'delivery' || outgoing.report.event !== 'workflow_job') continue;
    const { job, action } = outgoing.report;
    story.push(`${outgoing.at} ${outgoing.id} ${job.id} ${action} ${job.runnerId}`);
    if (action !== 'queued') continue;
    const { id } = world.do('register', { name: `r${job.id}-${world.gitea.ids.registration}`, labels: job.plan.labels, ephemeral: true, repositoryId: job.repositoryId, owner: null });
    world.do('launch', { clientToken: `t${id}`, name: `r${id}`, classId: job.plan.labels[0] ?? 'any', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' }, amiId: 'ami-1', limits: LIMITS, tags: {}, runnerId: id });
  }
  return story;
}

function serve(world: SimulatedWorld, until: number, step: number): readonly string[] {
  const story: string[] = [];
  for (let instant = world.now; instant <= until; instant += step) story.push(...act(world, instant));
  return story;
}

const bad = { drop: 0.05, duplicate: 0.1, reorder: 0.2, delay: { probability: 0.1, maxMs: 5 * MINUTE }, refuseCapacity: 0.1, interrupt: { probability: 0.1, withinMs: 2 * MINUTE }, neverOnline: 0.05, jobHangs: 0.05, silentEnds: 0.5 };

function createWorld(seed: number, gitea: GiteaVersion): SimulatedWorld {
  const world = createSimulatedWorld({ seed, startedAt: START, gitea, script: demoScript(), misbehaviour: bad, timing: { fetch: [0, 400] } });
  world.do('addHook', { url: 'http://127.0.0.1:1', secret: '', events: ['workflow_job'] });
  return world;
}

describe('a simulated world', () => {
  it('has one history per seed, however its time is cut', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...GITEA_VERSIONS), (seed, version) => {
        const [first, second] = [createWorld(seed, version), createWorld(seed, version)];

        const story = serve(first, START + 20 * MINUTE, 1_000);
        // The crude fleet acts when it is told, so it must be told at the same instants; between them time is cut at will.
        const again: string[] = [];
        for (let instant = START; instant <= START + 20 * MINUTE; instant += 1_000) {
          second.settle(instant - 700);
          second.settle(instant - 300);
          again.push(...act(second, instant));
        }

        expect(again).toEqual(story);
        expect(encodeState(1, second.state)).toBe(encodeState(1, first.state));
      }),
      { numRuns: 12 },
    );
  });

  it('has another history with another seed', () => {
    const [first, second] = [1, 2].map((seed) => serve(createWorld(seed, '1.26'), START + 10 * MINUTE, 1_000));

    expect(first).not.toEqual(second);
  });

  it('never goes back in time', () => {
    const world = createWorld(1, '1.27');
    world.advanceTo(START + MINUTE);

    world.advanceTo(START);

    expect(world.now).toBe(START + MINUTE);
  });

  it('never gives one job, in one attempt, to two runners, nor one ephemeral runner two jobs', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...GITEA_VERSIONS), (seed, version) => {
        const world = createWorld(seed, version);
        serve(world, START + 30 * MINUTE, 1_000);

        const { served } = world.ledger;
        expect(new Set(served.map((each) => `${each.jobId}/${each.attempt}`)).size).toBe(served.length);
        expect(new Set(served.map((each) => each.runnerId)).size).toBe(served.length);
      }),
      { numRuns: 12 },
    );
  });

  it('forgets what has been over for longer than it retains, and nothing that is not', () => {
    const world = createSimulatedWorld({ seed: 3, startedAt: START, gitea: '1.26', script: demoScript(), retainMs: 10 * MINUTE });
    world.do('addHook', { url: 'http://127.0.0.1:1', secret: '', events: ['workflow_job'] });

    serve(world, START + 181 * MINUTE, 1_000);

    expect(world.gitea.ids.run).toBeGreaterThan(400);
    expect(world.gitea.runs.size).toBeLessThan(120);
    expect(world.ledger.machines.length).toBeLessThan(200);
    expect(world.jobs().every((job) => world.gitea.runs.has(job.runId))).toBe(true);
    expect(world.gitea.repositories.get(1)!.commits[world.gitea.repositories.get(1)!.branches['main']!]).toBeDefined();
  });
});

describe('an upgrade of Gitea in the middle', () => {
  it('keeps ids, registrations and running jobs, and behaves as the new version from then on', () => {
    const stand = createStand('1.25');
    const run = stand.dispatch([{ key: 'build', labels: ['go'], durationMs: MINUTE, conclusion: 'failure' }]);
    const { runnerId } = stand.machine();
    stand.pass(MINUTE);
    const [job] = stand.world.jobs();

    stand.world.do('upgradeGitea', { to: '1.27' });
    stand.pass(3 * MINUTE);
    stand.world.do('rerun', { run, what: 'all' });

    expect(stand.world.gitea.jobs.get(job!.id)).toMatchObject({ state: 'done', conclusion: 'failure', runnerId });
    expect(stand.world.jobs().map(({ id }) => id)).toEqual([job!.id, job!.id + 1]);
  });
});
