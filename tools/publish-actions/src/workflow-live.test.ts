import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGitea, type RealGitea } from '@tinqs/real-gitea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logOf, npmSettings, pathWithNode22, pushWithActions, serveRun } from './live/workflow.testing.js';
import { commitFiles, git } from './repository.testing.js';
import { changelogVersion, tagOf } from './version.js';

const { GITEA_BIN: binary = '', GITEA_ROOT: root = '', ACT_RUNNER_BIN: runner = '', PUBLISH_WORKFLOW: wanted = '' } = process.env;
const ready = [binary, root, runner, wanted].every((value) => value !== '') && ['go', 'aws'].every((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0);
const WORKFLOW = '.gitea/workflows/publish-actions.yml';
const text = readFileSync(fileURLToPath(new URL(`../../../${WORKFLOW}`, import.meta.url)), 'utf8');

describe.skipIf(!ready)('the publish workflow on a real Gitea (skipped without PUBLISH_WORKFLOW=1, GITEA_BIN, GITEA_ROOT, ACT_RUNNER_BIN, Go 1.26 and the AWS CLI: PUBLISH_WORKFLOW=1 GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx vitest run --root tools/publish-actions src/workflow-live.test.ts; ten minutes, and the npm registry)', () => {
  const folder = ready ? mkdtempSync(join(tmpdir(), 'publish-workflow-')) : '';
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
    const ci = await pushWithActions(folder, gitea.remote('tinqs/ci'));
    const changelog = readFileSync(join(ci, 'actions/CHANGELOG.md'), 'utf8');
    const version = changelogVersion(changelog)!;
    const next = tagOf({ ...version, patch: version.patch + 1 });
    commitFiles(ci, { [WORKFLOW]: text, 'actions/CHANGELOG.md': changelog.replace(/^## /m, `## ${next}\n\n- tried by a test\n\n## `) });

    const stand = { ...gitea, folder };
    const { jobs } = await serveRun(stand, { binary: runner, path: pathWithNode22(folder), labels: ['node', 'go', 'deploy'], envs: npmSettings(folder), minutes: 20 });

    const logs = (await Promise.all(jobs.filter(({ conclusion }) => conclusion !== 'success').map((job) => logOf(stand, job)))).map((log) => log.slice(-6_000)).join('\n');
    expect(Object.fromEntries(jobs.map(({ name, conclusion }) => [name, conclusion])), logs).toEqual(Object.fromEntries(['test', 'candidate', 'try', 'try-go', 'try-aws', 'publish'].map((name) => [name, 'success'])));
    const refs = new Map(git(ci, 'ls-remote', 'origin').split('\n').map((line) => line.split('\t').reverse() as [string, string]));
    expect(refs.get('refs/heads/v1')).toBe(refs.get('refs/heads/v1-next'));
    expect(refs.get(`refs/tags/${next}^{}`)).toBe(refs.get('refs/heads/v1'));
    git(ci, 'fetch', '-q', 'origin', 'v1');
    expect(git(ci, 'rev-parse', 'FETCH_HEAD^{tree}')).toBe(git(ci, 'rev-parse', 'main:actions'));
  }, 1_800_000);
});
