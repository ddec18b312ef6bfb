import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { StatusView } from '@tinqs/fleet';
import { startGitea, type Clone, type RealGitea } from '@tinqs/real-gitea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLossyHook, type LossyHook } from './live/lossy-hook.js';
import { machineHosts, machineProcesses } from './live/machine-processes.js';
import { CANCELLED, INNER, KINDS, RUNNERS, SUPERSEDED } from './live/workflows.js';
import { npmStart, readJson, temporaryFolder, type NpmStart } from './support/npm-start.js';

const { GITEA_BIN, GITEA_ROOT, ACT_RUNNER_BIN } = process.env;
const isMissing = [GITEA_BIN, GITEA_ROOT, ACT_RUNNER_BIN].some((value) => value === undefined || value === '');
const SECRET = 'a-secret-of-the-tests';
const SWEEP_SECONDS = 20;
/** Pushes of each kind: with the jobs of KINDS one hundred jobs that a machine serves. */
const PUSHES: Readonly<Record<string, number>> = { matrix: 5, chain: 6, labels: 5, fail: 4, call: 4 };

interface Row {
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly headBranch: string;
  /** As the page's address has it. */
  readonly run: string;
}

describe.skipIf(isMissing)(`a hundred jobs of a real Gitea (skipped without GITEA_BIN, GITEA_ROOT and ACT_RUNNER_BIN: GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx vitest run --root apps/e2e src/hundred-jobs-live.test.ts, as root)`, () => {
  const folder = temporaryFolder();
  const lines: NpmStart['lines'][] = [];
  let gitea: RealGitea;
  let hook: LossyHook;
  let running: NpmStart;
  let clone: Clone;
  let is124: boolean;

  async function start(): Promise<void> {
    running = await npmStart({
      store: `${folder.path}/store`,
      ownGroup: true,
      environment: { GITEA_URL: gitea.url, GITEA_TOKEN: gitea.token, WEBHOOK_SECRET: SECRET, ALLOWED_REPOSITORIES: 'acme/*', LAUNCHER: 'sandbox', SANDBOX_RUNNER: ACT_RUNNER_BIN!, RUNNERS_FILE: `${folder.path}/runners.yml`, SWEEP_SECONDS: String(SWEEP_SECONDS), MAX_RUNNERS: '8' },
    });
    lines.push(running.lines);
    hook.target = running.webhook;
  }

  beforeAll(async () => {
    gitea = await startGitea({ binary: GITEA_BIN!, root: GITEA_ROOT!, folder: `${folder.path}/gitea` });
    is124 = gitea.version.startsWith('1.24');
    writeFileSync(`${folder.path}/runners.yml`, RUNNERS);
    // What 1.24 does not deliver nobody can find: there only the news of pick-ups and ends is lost.
    hook = await startLossyHook({ loseEvery: 5, mayLose: (event, { action }) => !is124 || (event === 'workflow_job' && action !== 'queued'), patienceMs: 60_000 });
    await gitea.api('POST', '/orgs', { username: 'acme' });
    await gitea.api('POST', '/orgs/acme/repos', { name: 'app', private: true, auto_init: true, default_branch: 'main' });
    await start();
    await gitea.api('POST', '/repos/acme/app/hooks', { type: 'gitea', active: true, events: ['push', 'create', 'delete', 'pull_request', 'repository', 'workflow_job'], config: { url: hook.url, content_type: 'json', secret: SECRET } });
    clone = gitea.clone('acme/app');
    const files = Object.fromEntries(KINDS.map(({ kind, text }) => [`.gitea/workflows/${kind}.yml`, text]));
    clone.write({ ...files, '.gitea/workflows/inner.yml': INNER, '.gitea/workflows/cancelled.yml': CANCELLED, '.gitea/workflows/superseded.yml': SUPERSEDED });
    clone.git('add', '-A');
    clone.git('commit', '-qm', 'workflows');
    clone.git('push', '-q', 'origin', 'main');
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    await hook?.close();
    await gitea?.stop();
    folder.remove();
  }, 60_000);

  let commits = 0;
  function push(branch: string): void {
    commits += 1;
    clone.git('checkout', '-qB', branch, 'main');
    clone.write({ 'stamp.txt': `${branch} ${commits}\n` });
    clone.git('add', '-A');
    clone.git('commit', '-qm', branch);
    clone.git('push', '-qf', 'origin', branch);
  }

  /** Jobs as Gitea lists them; on 1.24 tasks, so what was picked up. */
  async function readRows(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let page = 1; ; page += 1) {
      const answer = await gitea.api<{ jobs?: readonly Record<string, unknown>[]; workflow_runs?: readonly Record<string, unknown>[]; total_count: number }>('GET', `/repos/acme/app/actions/${is124 ? 'tasks' : 'jobs'}?page=${page}&limit=50`);
      const some = (answer.jobs ?? answer.workflow_runs ?? []).map((row): Row => {
        const status = String(row['status']);
        const run = is124 ? String(row['run_number']) : (/\/runs\/(\d+)/.exec(String(row['html_url']))?.[1] ?? '');
        return { name: String(row['name']), status, conclusion: is124 ? (['success', 'failure', 'cancelled', 'skipped'].includes(status) ? status : null) : ((row['conclusion'] as string | null | undefined) || null), headBranch: String(row['head_branch'] ?? ''), run };
      });
      rows.push(...some);
      if (some.length === 0 || rows.length >= answer.total_count) return rows;
    }
  }

  async function until(what: string, holds: (rows: readonly Row[]) => boolean, withinMs: number): Promise<readonly Row[]> {
    for (const end = Date.now() + withinMs; ; await pause(1_000)) {
      const rows = await readRows();
      if (holds(rows)) return rows;
      if (Date.now() > end) throw new Error(`${what}: not within ${withinMs / 1_000} s\n${rows.filter((row) => row.conclusion === null).map((row) => `${row.headBranch} ${row.name} ${row.status}`).slice(0, 20).join('\n')}\n${running.lines.slice(-30).map((line) => `${line.at} ${line.event} ${line.text}`).join('\n')}\n${running.stderr().slice(-3_000)}`);
    }
  }
  const isRunning = (row: Row) => row.status === (is124 ? 'running' : 'in_progress');
  const named = (rows: readonly Row[], name: string, conclusion: string) => rows.filter((row) => row.name === name && row.conclusion === conclusion).length;

  const expected = new Map<string, { readonly name: string; readonly conclusion: string; count: number }>();
  for (const { kind, jobs } of KINDS) {
    for (const [name, conclusion] of jobs) {
      const key = `${name} ${conclusion}`;
      expected.set(key, { name, conclusion, count: (expected.get(key)?.count ?? 0) + PUSHES[kind]! });
    }
  }
  expected.set('endless cancelled', { name: 'endless', conclusion: 'cancelled', count: 1 });
  expected.set('overtaken cancelled', { name: 'overtaken', conclusion: 'cancelled', count: 1 });
  expected.set('overtaken success', { name: 'overtaken', conclusion: 'success', count: 1 });

  it('all end as they should, with webhooks lost and npm start’s whole process group killed three times', async () => {
    push('cancelled-1');
    push('superseded-1');
    const first = await until('the first two run', (rows) => rows.filter(isRunning).length === 2, 120_000);
    await gitea.post(`/acme/app/actions/runs/${first.find((row) => row.name === 'endless')!.run}/cancel`);
    push('superseded-1');

    const pushes = Object.entries(PUSHES).flatMap(([kind, count]) => Array.from({ length: count }, (_, index) => ({ branch: `${kind}-${index + 1}`, order: index + kind.length / 10 }))).sort((a, b) => a.order - b.order);
    const survivors: number[] = [];
    const kills = [1, 2, 3].map((quarter) => Math.floor((pushes.length * quarter) / 4));
    for (const [index, { branch }] of pushes.entries()) {
      push(branch);
      await pause(1_500);
      if (!kills.includes(index)) continue;
      hook.target = null;
      const before = machineHosts(folder.path);
      await running.stop('SIGKILL');
      await pause(1_000);
      const after = machineHosts(folder.path);
      survivors.push(before.filter((pid) => after.includes(pid)).length);
      await start();
    }
    const over = (rows: readonly Row[]) => [...expected.values()].every(({ name, conclusion, count }) => named(rows, name, conclusion) >= count);
    const rows = await until('all jobs are over', (all) => over(all) && all.every((row) => row.conclusion !== null), 1_500_000);

    const wrong = rows.filter((row) => ![...expected.values()].some(({ name, conclusion }) => row.name === name && row.conclusion === conclusion));
    // Jobs behind a failed one are skipped; from 1.27 on the called jobs are rows of their own.
    expect(wrong.filter((row) => !(row.name === 'behind' && row.conclusion === 'skipped') && !(row.name.endsWith('inner') && row.conclusion === 'success'))).toEqual([]);
    for (const { name, conclusion, count } of expected.values()) expect(named(rows, name, conclusion), `${name} ${conclusion}`).toBe(count);
    // Machines live on without whoever launched them; those that a kill meets are mostly at work.
    expect(survivors.filter((count) => count > 0), `machines alive after each kill: ${survivors.join(', ')}`).toHaveLength(kills.length);
    const { lost, passed } = hook.counts;
    if (!is124) expect(lost * 5, 'a fifth of the webhooks').toBeGreaterThan(lost + passed - 5);
    expect(lost).toBeGreaterThan(10);
  }, 1_800_000);

  it('and leave no row of a runner, no process of one, and no machine', async () => {
    const left = async () => ({ rows: (await gitea.api<{ runners: readonly object[] | null }>('GET', '/repos/acme/app/actions/runners?page=1&limit=50')).runners ?? [], processes: machineProcesses(gitea.url), hosts: machineHosts(folder.path), machines: (await readJson<StatusView>(`${running.dashboard}/?format=json`)).machines });
    const start = Date.now();
    // The idle limit of the classes and three sweeps.
    const deadline = start + (30 + 3 * SWEEP_SECONDS) * 1_000;
    let last = await left();
    while (Object.values(last).some((some) => some.length > 0) && Date.now() < deadline) {
      await pause(1_000);
      last = await left();
    }
    const seconds = Math.round((Date.now() - start) / 1_000);

    expect(last).toEqual({ rows: [], processes: [], hosts: [], machines: [] });
    const machines = new Set(lines.flat().filter((line) => line.event === 'runner').map((line) => line['runner']));
    const jobs = [...expected.values()].reduce((sum, { count }) => sum + count, 0);
    process.stdout.write(`Gitea ${gitea.version}: ${jobs} jobs, ${machines.size} machines, ${hook.counts.lost} of ${hook.counts.lost + hook.counts.passed} deliveries lost, nothing left after ${seconds} s\n`);
  }, 180_000);
});
