import { afterEach, describe, expect, it } from 'vitest';
import type { GiteaVersion, JobPlan, WorkflowPlan } from '@tinqs/simulator';
import { startVirtualFleet, type VirtualFleet } from './support/virtual-fleet.js';

const MINUTE = 60_000;
/** What hooks without `workflow_job` send. */
const REFS = ['push', 'create', 'delete', 'pull_request', 'repository'];

const CI = `name: ci
on: push
jobs:
  build: {runs-on: go, steps: [{run: make}]}
  test:
    needs: build
    runs-on: go
    strategy: {matrix: {shard: [1, 2, 3]}}
    steps: [{run: make test}]
`;
const DOCS = `name: docs
on: {push: {branches: [main], paths: ['docs/**']}}
jobs:
  site: {runs-on: node, steps: [{run: make site}]}
`;
const RELEASE = `name: release
on: {push: {tags: ['v*']}}
jobs:
  publish: {runs-on: deploy, steps: [{run: make publish}]}
`;
const FILES = { '.gitea/workflows/ci.yml': CI, '.gitea/workflows/docs.yml': DOCS, '.gitea/workflows/release.yml': RELEASE };

const build: JobPlan = { key: 'build', labels: ['go'] };
const shard = (number: number): JobPlan => ({ key: 'test', name: `test (${number})`, labels: ['go'], needs: ['build'] });
const ci: WorkflowPlan = { file: 'ci.yml', name: 'ci', jobs: [build, shard(1), shard(2), shard(3)] };
const docs: WorkflowPlan = { file: 'docs.yml', name: 'docs', jobs: [{ key: 'site', labels: ['node'] }] };
const release: WorkflowPlan = { file: 'release.yml', name: 'release', jobs: [{ key: 'publish', labels: ['deploy'] }] };
const CI_JOBS = ['build', 'test (1)', 'test (2)', 'test (3)'];

let fleet: VirtualFleet;
afterEach(() => fleet.end());

/** A repository with these workflows, whose first push starts nothing. */
async function begin(options: Parameters<typeof startVirtualFleet>[0]): Promise<void> {
  fleet = await startVirtualFleet(options);
  fleet.push({ files: FILES, message: 'workflows [skip ci]', starts: [] });
  await fleet.pass(MINUTE);
  expect(fleet.machines()).toBe(0);
}

async function expectServed(names: readonly string[]): Promise<void> {
  expect(fleet.served()).toEqual([...names].sort());
  expect(fleet.machines(), 'one machine for each job').toBe(names.length);
  expect((await fleet.differences()).last).toEqual([]);
  expect((await fleet.jobs()).filter((job) => job.status !== 'done')).toEqual([]);
  expect(fleet.world.ledger.machines.every((machine) => machine.terminatedAt !== null)).toBe(true);
}

describe.each<GiteaVersion>(['1.24', '1.25', '1.27'])('DISPATCH_SOURCE=push on Gitea %s, with a hook that sends refs only', (gitea) => {
  const start = () => begin({ gitea, source: 'push', events: REFS });

  it('serves what a push starts: a job, and its matrix behind needs', async () => {
    await start();
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [ci] });
    await fleet.pass(10 * MINUTE);

    await expectServed(CI_JOBS);
  });

  it('launches nothing for a workflow whose paths are missed, and serves it when they are hit', async () => {
    await start();
    fleet.push({ files: { 'docs/index.md': '# docs\n' }, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, 'site']);
  });

  it('launches nothing for a filtered push', async () => {
    fleet = await startVirtualFleet({ gitea, source: 'push', events: REFS });
    fleet.push({ files: { '.gitea/workflows/docs.yml': DOCS }, message: 'workflow', starts: [] });
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [] });
    await fleet.pass(5 * MINUTE);

    await expectServed([]);
    expect(fleet.world.ledger.registrations).toEqual([]);
  });

  it('launches nothing for [skip ci], which only the head commit may say', async () => {
    await start();
    fleet.push({ files: { 'a.go': 'package a\n' }, message: 'quiet [skip ci]', starts: [] });
    await fleet.pass(5 * MINUTE);

    await expectServed([]);
  });

  it('serves a tag, for which workflows without filters run as well, and no workflow for branches', async () => {
    await start();
    fleet.push({ files: { 'docs/a.md': 'a\n' }, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);
    fleet.world.do('pushTag', { repository: fleet.repository, tag: 'v1.0', workflows: [ci, release] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, 'site', ...CI_JOBS, 'publish']);
  });

  it('serves a branch and a tag that are pushed at once, at one commit', async () => {
    await start();
    fleet.push({ files: { 'docs/a.md': 'a\n' }, starts: [ci, docs] });
    fleet.world.do('pushTag', { repository: fleet.repository, tag: 'v1.0', workflows: [ci, release] });
    await fleet.pass(15 * MINUTE);

    await expectServed([...CI_JOBS, 'site', ...CI_JOBS, 'publish']);
  });

  it('launches nothing for a tag at a commit that says [skip ci]', async () => {
    await start();
    fleet.world.do('pushTag', { repository: fleet.repository, tag: 'v1.0', workflows: [] });
    await fleet.pass(5 * MINUTE);

    await expectServed([]);
  });

  it('serves a new branch at a commit that is known already', async () => {
    await start();
    const { after } = fleet.push({ files: { 'docs/a.md': 'a\n' }, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);
    fleet.push({ branch: 'topic', files: {}, onto: after, starts: [ci] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, 'site', ...CI_JOBS]);
  });

  it('serves a force push', async () => {
    await start();
    const first = fleet.push({ files: { 'a.go': 'package a\n' }, starts: [ci] });
    await fleet.pass(10 * MINUTE);
    const root = fleet.world.gitea.repositories.get(fleet.repository)!.commits[first.after]!.parent!;
    fleet.push({ files: { 'docs/b.md': 'b\n' }, onto: root, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, ...CI_JOBS, 'site']);
  });

  it('launches nothing more for a delivery that comes twice, at once or after the job', async () => {
    await start();
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [ci] });
    while (fleet.delivered.filter((each) => each.report.event === 'push').length < 2) await fleet.pass(500);
    const [, push] = fleet.delivered.filter((each) => each.report.event === 'push');
    await fleet.again(push!);
    await fleet.pass(10 * MINUTE);
    await fleet.again(push!);
    await fleet.pass(10 * MINUTE);

    await expectServed(CI_JOBS);
  });

  it('launches nothing for a deleted branch', async () => {
    await start();
    fleet.push({ branch: 'gone', files: { 'x.go': 'package x\n' }, message: 'x [skip ci]', starts: [] });
    await fleet.pass(MINUTE);
    fleet.world.do('deleteBranch', { repository: fleet.repository, branch: 'gone' });
    await fleet.pass(3 * MINUTE);

    await expectServed([]);
  });
});

describe.each<GiteaVersion>(['1.24', '1.25', '1.27'])('DISPATCH_SOURCE=auto on Gitea %s, with a hook that sends pushes and jobs', (gitea) => {
  it('costs a push no second machine', async () => {
    await begin({ gitea, source: 'auto', events: [...REFS, 'workflow_job'] });
    fleet.push({ files: { 'docs/index.md': '# docs\n' }, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, 'site']);
  });

  it('serves pushes by themselves where no event about jobs comes', async () => {
    await begin({ gitea, source: 'auto', events: REFS });
    fleet.push({ files: { 'docs/index.md': '# docs\n' }, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, 'site']);
  });
});

describe.each<GiteaVersion>(['1.24', '1.27'])('DISPATCH_SOURCE=workflow_job on Gitea %s', (gitea) => {
  it('serves what is announced, and still compares the plan', async () => {
    await begin({ gitea, source: 'workflow_job', events: [...REFS, 'workflow_job'] });
    fleet.push({ files: { 'docs/index.md': '# docs\n' }, starts: [ci] });
    await fleet.pass(10 * MINUTE);

    expect(fleet.served()).toEqual(CI_JOBS);
    expect(fleet.machines()).toBe(4);
    expect((await fleet.differences()).last).toMatchObject([{ repository: 'acme/app', sentence: expect.stringContaining('docs.yml (push)') }]);
  });
});

describe('a plan that Gitea does not follow', () => {
  it.each<GiteaVersion>(['1.25', '1.27'])('launches at most one machine for a job that never appears in Gitea %s, and is counted', async (gitea) => {
    await begin({ gitea, source: 'push', events: REFS });
    fleet.push({ files: { 'docs/index.md': '# docs\n' }, starts: [ci] });
    await fleet.pass(30 * MINUTE);

    expect(fleet.served()).toEqual(CI_JOBS);
    expect(fleet.machines()).toBeLessThanOrEqual(5);
    expect(await fleet.differences()).toMatchObject({ count: 1, last: [{ sentence: 'docs.yml (push): a run was planned, and Gitea made none' }] });
    expect((await fleet.jobs()).filter((job) => job.planned !== undefined)).toEqual([]);
  });

  it('parks such a job on 1.24, where nobody can be asked, once two machines idled out beside it', async () => {
    await begin({ gitea: '1.24', source: 'push', events: REFS });
    fleet.push({ files: { 'docs/index.md': '# docs\n' }, starts: [ci] });
    await fleet.pass(15 * MINUTE);
    const machines = fleet.machines();
    await fleet.pass(180 * MINUTE);

    expect(fleet.served()).toEqual(CI_JOBS);
    // One that is online for 90 s beside it counts as stalled, so a third may have been launched meanwhile.
    expect(machines).toBeLessThanOrEqual(CI_JOBS.length + 3);
    expect(fleet.machines()).toBe(machines);
    expect(await fleet.differences()).toMatchObject({ count: 1, last: [{ sentence: 'docs.yml (push): job "site" was planned, and Gitea made none' }] });
    expect((await fleet.jobs()).find((job) => job.name === 'site')?.reasons[0]).toMatchObject({ code: 'UNCONFIRMED' });
  });

  it.each<GiteaVersion>(['1.25', '1.27'])('serves a run that was not planned on %s, and counts it', async (gitea) => {
    await begin({ gitea, source: 'push', events: REFS });
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [ci, docs] });
    await fleet.pass(10 * MINUTE);

    expect(fleet.served()).toEqual([...CI_JOBS, 'site'].sort());
    expect(fleet.machines()).toBe(5);
    expect(await fleet.differences()).toMatchObject({ count: 1, last: [{ sentence: expect.stringMatching(/^docs\.yml \(push\): Gitea made run \d+, which was not planned$/) as string }] });
  });

  it('takes a scoped workflow of 1.27 for no difference', async () => {
    await begin({ gitea: '1.27', source: 'push', events: REFS });
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [ci, { file: 'policy.yml', name: 'policy', jobs: [{ key: 'audit', labels: ['go'] }] }] });
    await fleet.pass(10 * MINUTE);

    await expectServed([...CI_JOBS, 'audit']);
  });
});

describe.each<GiteaVersion>(['1.24', '1.25', '1.27'])('machines that live for seconds, on Gitea %s', (gitea) => {
  const FAST = { boot: [500, 1_000], job: [300, 500], exit: [100, 200], pending: [200, 300], visible: [0, 0], shutdown: [500, 1_000] } as const;
  const begun = () => begin({ gitea, source: 'push', events: REFS, timing: FAST });

  it('free the jobs behind needs when they end, not when the next sweep comes', async () => {
    await begun();
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [ci] });
    await fleet.pass(MINUTE / 2);

    expect(fleet.served()).toEqual(CI_JOBS);
    await fleet.pass(10 * MINUTE);
    await expectServed(CI_JOBS);
  });

  it('leave no grant behind that would count for the next push', async () => {
    await begun();
    await fleet.pass(50_000);
    fleet.push({ files: { 'main.go': 'package main\n' }, starts: [ci] });
    await fleet.pass(MINUTE / 2);
    // The sweep has come by and cleared up.
    fleet.push({ files: { 'main.go': 'package main // again\n' }, starts: [ci] });
    await fleet.pass(MINUTE / 3);

    expect(fleet.served()).toEqual([...CI_JOBS, ...CI_JOBS].sort());
    await fleet.pass(10 * MINUTE);
    await expectServed([...CI_JOBS, ...CI_JOBS]);
  });
});

describe('reusable workflows on 1.27', () => {
  const CALLER = `name: calls\non: push\njobs:\n  call: {uses: ./.gitea/workflows/callee.yml}\n`;
  const CALLEE = `on: workflow_call\njobs:\n  inner: {runs-on: go, steps: [{run: make}]}\n`;

  it('are planned as their children', async () => {
    fleet = await startVirtualFleet({ gitea: '1.27', source: 'push', events: REFS });
    const calls: WorkflowPlan = { file: 'calls.yml', name: 'calls', jobs: [{ key: 'call', labels: [], uses: [{ key: 'inner', labels: ['go'] }] }] };
    fleet.push({ files: { '.gitea/workflows/calls.yml': CALLER, '.gitea/workflows/callee.yml': CALLEE }, starts: [calls] });
    await fleet.pass(30 * MINUTE);

    await expectServed(['inner']);
  });

  it('mean no run where the callee cannot be read', async () => {
    fleet = await startVirtualFleet({ gitea: '1.27', source: 'push', events: REFS });
    fleet.push({ files: { '.gitea/workflows/calls.yml': CALLER }, starts: [] });
    await fleet.pass(10 * MINUTE);

    await expectServed([]);
  });
});
