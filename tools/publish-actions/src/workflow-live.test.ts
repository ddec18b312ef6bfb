import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGitea, type RealGitea } from '@tinqs/real-gitea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveOneJob } from './live/runner.testing.js';
import { publish } from './publish.js';
import { commitFiles, git } from './repository.testing.js';
import { changelogVersion, tagOf } from './version.js';

const { GITEA_BIN: binary = '', GITEA_ROOT: root = '', ACT_RUNNER_BIN: runner = '', PUBLISH_WORKFLOW: wanted = '' } = process.env;
const ready = [binary, root, runner, wanted].every((value) => value !== '') && ['go', 'aws'].every((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0);
const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const WORKFLOW = '.gitea/workflows/publish-actions.yml';

interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
}

describe.skipIf(!ready)('the publish workflow on a real Gitea (skipped without PUBLISH_WORKFLOW=1, GITEA_BIN, GITEA_ROOT, ACT_RUNNER_BIN, Go 1.26 and the AWS CLI: PUBLISH_WORKFLOW=1 GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx vitest run --root tools/publish-actions src/workflow-live.test.ts; ten minutes, and the npm registry)', () => {
  const folder = ready ? mkdtempSync(join(tmpdir(), 'publish-workflow-')) : '';
  const ci = join(folder, 'ci');
  let gitea: RealGitea;

  beforeAll(async () => {
    gitea = await startGitea({ binary, root, folder: join(folder, 'gitea') });
    await gitea.api('POST', '/orgs', { username: 'tinqs' });
    await gitea.api('POST', '/orgs/tinqs/repos', { name: 'ci', private: false, default_branch: 'main' });
  }, 180_000);
  afterAll(async () => {
    await gitea?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 180_000);

  it('tests what was pushed, tries it as candidate, and moves v1 to that very candidate', async () => {
    // What is committed here, first without workflows: they use the actions that are published below.
    git(folder, 'clone', '-q', workspace, ci);
    git(ci, 'checkout', '-q', '-B', 'main');
    git(ci, 'remote', 'set-url', 'origin', gitea.remote('tinqs/ci'));
    const text = readFileSync(join(ci, WORKFLOW), 'utf8');
    git(ci, 'rm', '-rq', '.gitea');
    commitFiles(ci, {});
    expect(await publish({ folder: ci })).toMatchObject({ kind: 'published' });
    const changelog = readFileSync(join(ci, 'actions/CHANGELOG.md'), 'utf8');
    const version = changelogVersion(changelog)!;
    const next = tagOf({ ...version, patch: version.patch + 1 });
    commitFiles(ci, { [WORKFLOW]: text, 'actions/CHANGELOG.md': changelog.replace(/^## /m, `## ${next}\n\n- tried by a test\n\n## `) });

    const jobs = await serveAll();

    const logs = (await Promise.all(jobs.filter(({ conclusion }) => conclusion !== 'success').map(({ id }) => gitea.api<string>('GET', `/repos/tinqs/ci/actions/jobs/${id}/logs`).catch(String)))).map((log) => log.slice(-6_000)).join('\n');
    expect(Object.fromEntries(jobs.map(({ name, conclusion }) => [name, conclusion])), logs).toEqual(Object.fromEntries(['test', 'candidate', 'try', 'try-go', 'try-aws', 'publish'].map((name) => [name, 'success'])));
    const refs = new Map(git(ci, 'ls-remote', 'origin').split('\n').map((line) => line.split('\t').reverse() as [string, string]));
    expect(refs.get('refs/heads/v1')).toBe(refs.get('refs/heads/v1-next'));
    expect(refs.get(`refs/tags/${next}^{}`)).toBe(refs.get('refs/heads/v1'));
    git(ci, 'fetch', '-q', 'origin', 'v1');
    expect(git(ci, 'rev-parse', 'FETCH_HEAD^{tree}')).toBe(git(ci, 'rev-parse', 'main:actions'));
  }, 1_800_000);

  /** A fresh machine for every job, until none is left. */
  async function serveAll(): Promise<readonly Job[]> {
    const machine = { binary: runner, url: gitea.url, path: `${otherNode()}${process.env['PATH']}`, labels: ['node', 'go', 'deploy'], envs: npmSettings(), minutes: 20 };
    for (let served = 0, idle = 0; ; ) {
      const { workflow_runs: runs } = await gitea.api<{ workflow_runs: { id: number }[] }>('GET', '/repos/tinqs/ci/actions/runs');
      const jobs = runs[0] === undefined ? [] : (await gitea.api<{ jobs: Job[] }>('GET', `/repos/tinqs/ci/actions/runs/${runs[0].id}/jobs`)).jobs;
      if (jobs.length > 0 && jobs.every(({ status }) => status === 'completed')) return jobs;
      if (!jobs.some(({ status }) => status === 'queued')) {
        if ((idle += 1) > 60) throw new Error(`no job was queued for a minute: ${jobs.map(({ name, status }) => `${name} ${status}`).join(', ') || 'there is no run'}`);
        await pause(1_000);
        continue;
      }
      idle = 0;
      const { token: registration } = await gitea.api<{ token: string }>('POST', '/repos/tinqs/ci/actions/runners/registration-token');
      await serveOneJob({ ...machine, registration, folder: join(folder, `runner-${(served += 1)}`) });
    }
  }

  /** setup-node wants 22, which is not pinned in a clone: where this Node is another, it says that it is 22. */
  function otherNode(): string {
    if (process.versions.node.startsWith('22.')) return '';
    mkdirSync(join(folder, 'node'));
    writeFileSync(join(folder, 'node/node'), `#!/bin/sh\nif [ "$1" = --version ]; then echo v22.0.0; else exec '${process.execPath}' "$@"; fi\n`, { mode: 0o755 });
    return `${join(folder, 'node')}:`;
  }

  /** How npm reaches its registry here, since a job has neither this HOME nor this environment. */
  function npmSettings(): Readonly<Record<string, string>> {
    const file = join(folder, 'npmrc');
    const here = execFileSync('npm', ['config', 'get', 'userconfig'], { encoding: 'utf8' }).trim();
    if (existsSync(here)) cpSync(here, file);
    else writeFileSync(file, '');
    const kept = Object.entries(process.env).filter(([name, value]) => /^(npm_config_(registry|cafile|proxy|https_proxy|noproxy)|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy)$/i.test(name) && value !== undefined) as [string, string][];
    return { ...Object.fromEntries(kept), NPM_CONFIG_USERCONFIG: file };
  }
});
