import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGitea, type RealGitea } from '@tinqs/real-gitea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logOf, npmSettings, pathWithNode22, pushWithActions, serveRun } from './live/workflow.testing.js';
import { commitFiles, git } from './repository.testing.js';

const { GITEA_BIN: binary = '', GITEA_ROOT: root = '', ACT_RUNNER_BIN: runner = '', PUBLISH_WORKFLOW: wanted = '' } = process.env;
const ready = [binary, root, runner, wanted].every((value) => value !== '');
const WORKFLOW = '.gitea/workflows/publish-packages.yml';
const file = fileURLToPath(new URL(`../../../${WORKFLOW}`, import.meta.url));
const PUBLISHED = ['cli', 'fleet', 'gitea-client', 'run-store', 'spot-launcher', 'trigger-matcher', 'userdata-renderer', 'workflow-parser'].map((name) => `@tinqs/${name}`);

describe.skipIf(!ready)('the workflow of the packages on a real Gitea (skipped without PUBLISH_WORKFLOW=1, GITEA_BIN, GITEA_ROOT and ACT_RUNNER_BIN: PUBLISH_WORKFLOW=1 GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx vitest run --root tools/publish-actions src/packages-live.test.ts; a quarter of an hour, and the npm registry)', () => {
  const folder = ready ? mkdtempSync(join(tmpdir(), 'packages-workflow-')) : '';
  let gitea: RealGitea;
  let ci: string;
  /** The next run, which passes; its log. */
  let serve: () => Promise<string>;

  beforeAll(async () => {
    gitea = await startGitea({ binary, root, folder: join(folder, 'gitea') });
    await gitea.api('POST', '/orgs', { username: 'tinqs' });
    await gitea.api('POST', '/orgs/tinqs/repos', { name: 'ci', private: false, default_branch: 'main' });
    ci = await pushWithActions(folder, gitea.remote('tinqs/ci'));
    commitFiles(ci, { [WORKFLOW]: readFileSync(file, 'utf8') });
    const stand = { ...gitea, folder };
    // What the first job tested, the others find in its cache: their files are the same but for a README.
    const machine = { binary: runner, path: pathWithNode22(folder), labels: ['node'], envs: { ...npmSettings(folder), NX_CACHE_DIRECTORY: join(folder, 'nx-cache'), NX_WORKSPACE_DATA_DIRECTORY: join(folder, 'nx-data') }, minutes: 20 };
    let last = 0;
    serve = async () => {
      const { id, jobs } = await serveRun(stand, machine, last);
      last = id;
      const log = await logOf(stand, jobs[0]!);
      expect(jobs.map(({ name, conclusion }) => [name, conclusion]), log.slice(-6_000)).toEqual([['publish', 'success']]);
      return log;
    };
  }, 180_000);
  afterAll(async () => {
    await gitea?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 180_000);

  const published = async () => (await gitea.api<{ name: string; version: string }[]>('GET', '/packages/tinqs?type=npm&limit=50')).map(({ name, version }) => `${name} ${version}`).sort();
  const version = () => (JSON.parse(readFileSync(join(ci, 'apps/cli/package.json'), 'utf8')) as { version: string }).version;

  it('tells a pull request, before any release, what would be published', async () => {
    git(ci, 'checkout', '-qb', 'change');
    writeFileSync(join(ci, 'libs/fleet/README.md'), '\nA change.\n', { flag: 'a' });
    git(ci, 'commit', '-qam', 'feat(fleet): a change to be released');
    git(ci, 'push', '-q', 'origin', 'HEAD:change');
    await gitea.api('POST', '/repos/tinqs/ci/pulls', { title: 'a change', head: 'change', base: 'main' });

    const log = await serve();

    for (const name of PUBLISHED) expect(log).toMatch(new RegExp(`^.* name: +${name} *$`, 'm'));
    expect(log.match(/Would publish to /g)).toHaveLength(PUBLISHED.length);
    expect(log).toContain('fleet:** a change to be released');
    expect(await published()).toEqual([]);
  }, 1_200_000);

  it('publishes every package at a tag, and the command works in an empty project', async () => {
    await gitea.api('PUT', '/repos/tinqs/ci/actions/secrets/PACKAGES_TOKEN', { data: tokenFor('write:package') });
    git(ci, 'tag', `packages-v${version()}`, 'origin/main');
    git(ci, 'push', '-q', 'origin', `packages-v${version()}`);

    await serve();

    expect(await published()).toEqual(PUBLISHED.map((name) => `${name} ${version()}`));
    expect(explainInEmptyProject()).toContain('.gitea/workflows/ci.yml:1 runs');
  }, 1_200_000);

  it('tells a pull request after it the next version, from the commits since the tag, and what it would publish', async () => {
    git(ci, 'commit', '-q', '--allow-empty', '-m', 'fix(fleet): the same files again');
    git(ci, 'push', '-q', 'origin', 'HEAD:change');

    const log = await serve();

    expect(log).toContain(`Resolved the current version as ${version()} from git tag "packages-v${version()}"`);
    expect(log).toContain(`fleet:** a change to be released`);
    expect(log).not.toContain('fleet:** name the domain');
    expect(log).not.toContain('has already been published');
    expect(log.match(/Would publish to /g)).toHaveLength(PUBLISHED.length);
    expect(await published()).toEqual(PUBLISHED.map((name) => `${name} ${version()}`));
  }, 1_200_000);

  /** A token that may do nothing else; the API makes tokens for a password only. */
  function tokenFor(scope: string): string {
    const place = ['--config', join(folder, 'gitea/app.ini'), '--work-path', join(folder, 'gitea')];
    const said = execFileSync(binary, ['admin', 'user', 'generate-access-token', '--username', 'operator', '--token-name', scope, '--scopes', scope, '--raw', ...place], { env: { PATH: process.env['PATH'], HOME: folder, GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true' }, encoding: 'utf8', stdio: 'pipe' });
    // As root 1.25 warns before it.
    return /[0-9a-f]{40}$/.exec(said.trim())![0];
  }

  function explainInEmptyProject(): string {
    const project = join(folder, 'project');
    mkdirSync(join(project, 'checkout/.gitea/workflows'), { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true }));
    writeFileSync(join(project, '.npmrc'), `@tinqs:registry=${gitea.url}/api/packages/tinqs/npm/\n`);
    writeFileSync(join(project, 'checkout/.gitea/workflows/ci.yml'), 'on: push\njobs: { build: { runs-on: go, steps: [{ run: make }] } }\n');
    const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
    run('npm', 'install', '--no-audit', '--no-fund', '@tinqs/cli');
    return run('npx', 'tinqs-ci', 'explain', 'checkout', '--event', 'push', '--ref', 'main', '--files', 'a.go');
  }
});
