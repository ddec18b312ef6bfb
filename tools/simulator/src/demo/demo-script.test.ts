import { matchTriggers, pushEvent } from '@tinqs/trigger-matcher';
import { describe, expect, it } from 'vitest';
import { simulatedGitea } from '../ports/simulated-gitea.js';
import { DEMO_TIMING } from '../world/timing.js';
import type { Outgoing } from '../world/outgoing.js';
import { createSimulatedWorld, type SimulatedWorld } from '../world/world.js';
import { DEMO_REPOSITORY, demoScript } from './demo-script.js';

const START = Date.parse('2030-01-01T00:00:00Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

interface Seen {
  readonly world: SimulatedWorld;
  readonly told: readonly Outgoing[];
  /** Every 500 ms: how many jobs are not over, how many machines are not gone. */
  readonly alive: readonly { readonly at: number; readonly jobs: number; readonly machines: number }[];
}

/** The demo with a fleet that launches one machine for each announced job at once, once more after a refusal. */
function watch(seed: number, ms: number, speed = 1): Seen {
  const world = createSimulatedWorld({ seed, startedAt: START, gitea: '1.27', timing: DEMO_TIMING, script: demoScript({ speed }), retainMs: 100 * MINUTE });
  world.do('setHooks', { hooks: [{ url: 'http://127.0.0.1:1', secret: 's', events: ['push', 'workflow_job'] }] });
  const told: Outgoing[] = [];
  const alive: Seen['alive'][number][] = [];
  for (let at = START; at <= START + ms; at += 500) {
    for (const outgoing of world.advanceTo(at)) {
      told.push(outgoing);
      if (outgoing.kind !== 'delivery' || outgoing.report.event !== 'workflow_job' || outgoing.report.action !== 'queued') continue;
      const { job } = outgoing.report;
      const { id } = world.do('register', { name: `r${job.id}`, labels: job.plan.labels, ephemeral: true, repositoryId: job.repositoryId, owner: null });
      for (const attempt of [1, 2]) {
        const answer = world.do('launch', { clientToken: `t${id}/${attempt}`, name: `r${id}`, classId: job.plan.labels[0]!, pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id });
        if (answer.kind === 'launched') break;
      }
    }
    alive.push({ at: at - START, jobs: world.jobs().filter(({ state }) => state !== 'done').length, machines: [...world.machines.values()].filter(({ state }) => state !== 'terminated').length });
  }
  return { world, told, alive };
}

describe('the demo', () => {
  it.each([1, 2, 3, 4, 5])('begins with one small job, gone with its machine within 25 s, and ten quiet seconds (seed %i)', (seed) => {
    const { world, alive } = watch(seed, 60 * SECOND);

    const [first] = world.jobs();
    expect(first).toMatchObject({ name: 'build', conclusion: 'success', plan: { labels: ['go'] } });
    expect(first!.createdAt - START).toBeLessThan(SECOND);
    const busy = alive.filter(({ jobs, machines }) => jobs + machines > 0).map(({ at }) => at);
    const restFrom = busy.findLast((at) => at < 30 * SECOND)!;
    expect(restFrom).toBeLessThan(25 * SECOND);
    expect(busy.find((at) => at > restFrom + 500)! - restFrom).toBeGreaterThan(10 * SECOND);
  });

  it('then shows a matrix, needs, a failing job, an interruption, a refusal and a tag, all labels, and no end', () => {
    const { world, told } = watch(7, 10 * MINUTE);
    const jobs = world.jobs();
    const named = (name: string): (string | null)[] => jobs.filter((job) => job.name === name).map(({ conclusion }) => conclusion);

    expect(new Set(jobs.flatMap(({ plan }) => plan.labels))).toEqual(new Set(['go', 'docker', 'deploy', 'node', 'godot']));
    expect(named('test (22)')).toContain('success');
    expect(named('image')).toContain('success');
    expect(named('vet')).toContain('failure');
    expect(named('report')).toContain('skipped');
    expect(named('export')).toContain('failure');
    expect(named('release')).toContain('success');
    expect(told.some((each) => each.kind === 'instance-event' && each.detailType === 'EC2 Spot Instance Interruption Warning')).toBe(true);
    expect(world.ledger.machines.some(({ stateReason }) => stateReason === 'Server.SpotInstanceTermination')).toBe(true);
    expect(jobs.filter(({ createdAt }) => createdAt > START + 9 * MINUTE).length).toBeGreaterThan(1);
  });

  it('leaves no job unserved behind it', () => {
    const { world } = watch(3, 10 * MINUTE);
    const old = world.jobs().filter(({ createdAt }) => createdAt < START + 8 * MINUTE);

    expect(old.filter(({ state }) => state !== 'done')).toEqual([]);
  });

  it('starts exactly the jobs that Gitea makes of its files', () => {
    const { world, told } = watch(5, 20 * MINUTE);
    const repository = world.gitea.repositories.get(1)!;
    expect(`${repository.owner}/${repository.name}`).toBe(DEMO_REPOSITORY);
    const pushes = told.flatMap((each) => (each.kind === 'delivery' && each.report.event === 'push' ? [each.report] : []));
    expect(pushes.length).toBeGreaterThan(20);

    for (const { ref, before, after } of pushes) {
      const commit = repository.commits[after]!;
      const old = repository.commits[ref.startsWith('refs/tags/') ? (commit.parent ?? '') : before]?.files ?? {};
      const changedFiles = [...new Set([...Object.keys(old), ...Object.keys(commit.files)])].filter((path) => old[path] !== commit.files[path]);
      const workflows = Object.entries(commit.files).flatMap(([path, blob]) => (path.startsWith('.gitea/workflows/') ? [{ path, text: world.gitea.blobs.get(blob)! }] : []));

      const decisions = matchTriggers(workflows, pushEvent({ ref, before, after, changedFiles, message: commit.message }), { gitea: '1.27' });

      const foreseen = decisions.filter(({ outcome }) => outcome === 'runs').map(({ path, jobs }) => [path, jobs.map(({ id, name, labels, needs, if: condition }) => [id, name, labels, needs, condition])]);
      const made = [...world.gitea.runs.values()]
        .filter((run) => run.headSha === after && run.ref === ref)
        .map((run) => [`.gitea/workflows/${run.workflow.file}`, world.jobs().filter((job) => job.runId === run.id).map(({ plan, name }) => [plan.key, name, plan.labels, plan.needs ?? [], plan.condition])]);
      const inOrder = (list: unknown[][]): unknown[][] => list.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
      expect(inOrder(made)).toEqual(inOrder(foreseen));
    }
  });

  it('runs faster on request', () => {
    const { world } = watch(1, 30 * SECOND, 10);

    expect(world.gitea.ids.run).toBeGreaterThan(10);
  });

  it('is listed like any repository', async () => {
    const { world } = watch(1, 40 * SECOND);

    expect((await simulatedGitea(world).listJobs()).every(({ repository }) => repository.fullName === DEMO_REPOSITORY)).toBe(true);
  });
});
