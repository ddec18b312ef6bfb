import { setTimeout as pause } from 'node:timers/promises';
import { startGitea, type Clone, type RealGitea } from '@tinqs/real-gitea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmStart, temporaryFolder, type NpmStart } from './support/npm-start.js';

const { GITEA_BIN, GITEA_ROOT, ACT_RUNNER_BIN } = process.env;
const isMissing = [GITEA_BIN, GITEA_ROOT, ACT_RUNNER_BIN].some((value) => value === undefined || value === '');
const SECRET = 'a secret of the tests';

const CI = `name: ci
on:
  push: {paths-ignore: ['docs/**', 'notes/**']}
jobs:
  build:
    runs-on: go
    steps: [{run: echo build}]
  test:
    needs: build
    runs-on: go
    strategy: {matrix: {shard: [1, 2]}}
    steps: [{run: 'echo test \${{ matrix.shard }}'}]
`;
/** A workflow of one job. */
const oneJob = (name: string, on: string, job: string, label: string) => `name: ${name}\non: {push: ${on}}\njobs: {${job}: {runs-on: ${label}, steps: [{run: echo ${job}}]}}\n`;
const DOCS = oneJob('docs', "{paths: ['docs/**']}", 'site', 'node');
const RELEASE = oneJob('release', "{tags: ['v*']}", 'publish', 'go');

/** What a look at Gitea tells of one job. */
interface Row {
  readonly name: string;
  readonly status: string;
  readonly conclusion?: string | null;
}

describe.skipIf(isMissing)(`push mode beside a real Gitea (skipped without GITEA_BIN, GITEA_ROOT and ACT_RUNNER_BIN: GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx vitest run --root apps/e2e src/push-mode-live.test.ts, as root)`, () => {
  const folder = temporaryFolder();
  let gitea: RealGitea;
  let running: NpmStart;
  let clone: Clone;

  beforeAll(async () => {
    gitea = await startGitea({ binary: GITEA_BIN!, root: GITEA_ROOT!, folder: `${folder.path}/gitea` });
    await gitea.api('POST', '/orgs', { username: 'acme' });
    await gitea.api('POST', '/orgs/acme/repos', { name: 'app', private: true, auto_init: true, default_branch: 'main' });
    running = await npmStart({
      store: `${folder.path}/store`,
      cwd: folder.path,
      environment: { GITEA_URL: gitea.url, GITEA_TOKEN: gitea.token, WEBHOOK_SECRET: SECRET.replaceAll(' ', '-'), ALLOWED_REPOSITORIES: 'acme/*', DISPATCH_SOURCE: 'push', LAUNCHER: 'sandbox', SANDBOX_RUNNER: ACT_RUNNER_BIN! },
    });
    await gitea.api('POST', '/repos/acme/app/hooks', { type: 'gitea', active: true, events: ['push', 'create', 'delete', 'pull_request'], config: { url: running.webhook, content_type: 'json', secret: SECRET.replaceAll(' ', '-') } });
    clone = gitea.clone('acme/app');
    clone.write({ '.gitea/workflows/ci.yml': CI, '.gitea/workflows/docs.yml': DOCS, '.gitea/workflows/release.yml': RELEASE });
    clone.git('add', '-A');
    clone.git('commit', '-qm', 'workflows [skip ci]');
    clone.git('push', '-q', 'origin', 'main');
  });
  afterAll(async () => {
    await running?.stop();
    await gitea?.stop();
    folder.remove();
  });

  /** A commit beside the head of main, pushed as a branch of its own: up to 1.25 a second push to a branch cancels the first one's jobs. */
  function pushBranch(branch: string, file: string, message = `change ${file}`): void {
    clone.git('checkout', '-qB', branch, 'main');
    clone.write({ [file]: `${branch}\n` });
    clone.git('add', '-A');
    clone.git('commit', '-qm', message);
    clone.git('push', '-qf', 'origin', branch);
  }

  /** Jobs by name, once the expected number of them is over. On 1.24 from the list of tasks, which holds only what was picked up. */
  async function settled(most: number): Promise<readonly string[]> {
    for (let tries = 0; ; tries += 1) {
      const rows = await readRows();
      const open = rows.filter((row) => row.conclusion === undefined || row.conclusion === null || row.conclusion === '');
      if (rows.length >= most && open.length === 0) return rows.map((row) => row.name).sort();
      if (tries > 600) throw new Error(`${open.length} of ${rows.length} jobs are open after ten minutes: ${open.slice(0, 5).map((row) => `${row.name} ${row.status}`).join(', ')}\n${running.lines.slice(-20).map((line) => `${line.at} ${line.event} ${line.text}`).join('\n')}`);
      await pause(1_000);
    }
  }

  async function readRows(): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let page = 1; ; page += 1) {
      const is124 = gitea.version.startsWith('1.24');
      const answer = await gitea.api<{ jobs?: readonly Row[]; workflow_runs?: readonly Row[]; total_count: number }>('GET', `/repos/acme/app/actions/${is124 ? 'tasks' : 'jobs'}?page=${page}&limit=50`);
      const some = answer.jobs ?? (answer.workflow_runs ?? []).map((task) => ({ name: task.name, status: task.status, conclusion: ['success', 'failure', 'cancelled', 'skipped'].includes(task.status) ? task.status : null }));
      rows.push(...some);
      if (some.length === 0 || rows.length >= answer.total_count) return rows;
    }
  }

  it('serves exactly the jobs that Gitea makes of thirty pushes, and a filtered push gets no machine', async () => {
    for (let push = 0; push < 30; push += 1) pushBranch(`work-${push}`, `${['src', 'docs', 'notes'][push % 3]}/${push}.txt`);
    clone.git('checkout', '-q', 'main');
    clone.git('tag', 'v1.0', 'work-1');
    clone.git('push', '-q', 'origin', 'v1.0');
    pushBranch('quiet', 'src/quiet.txt', 'quiet [skip ci]');
    const ten = (names: readonly string[]) => Array.from({ length: 10 }, () => names).flat();
    // A tag passes path conditions without a look: ci, docs and release run for it.
    const expected = [...ten(['build', 'test (1)', 'test (2)']), ...ten(['site']), 'build', 'test (1)', 'test (2)', 'site', 'publish'].sort();

    const made = await settled(expected.length);
    await running.until('the last machine', (line, all) => line.event === 'check' && line['machines'] === 0 && line === [...all].reverse().find((each) => each.event === 'check'), 600_000);

    expect(made).toEqual(expected);
    const machines = new Set(running.lines.filter((line) => line.event === 'runner').map((line) => line['runner']));
    expect(machines.size, 'one machine for each job').toBe(expected.length);
    const differences = running.stderr().split('\n').filter((line) => line.includes('Gitea did otherwise than planned'));
    expect(differences).toEqual([]);
  }, 1_800_000);

  it('serves a force push once more', async () => {
    const before = (await readRows()).length;
    pushBranch('work-0', 'src/again.txt', 'again');

    const made = await settled(before + 3);

    expect(made.length).toBe(before + 3);
  }, 600_000);
});
