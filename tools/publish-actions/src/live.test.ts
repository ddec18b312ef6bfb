import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startGitea, type RealGitea } from '@tinqs/real-gitea';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineTools, serveOneJob } from './live/runner.testing.js';
import { startVendors, type Vendors } from './live/vendors.testing.js';
import { publish, publishCandidate } from './publish.js';
import { commitFiles, git } from './repository.testing.js';

const { GITEA_BIN: binary = '', GITEA_ROOT: root = '', ACT_RUNNER_BIN: runner = '' } = process.env;
const ready = [binary, root, runner].every((value) => value !== '');
const withLfs = spawnSync('git-lfs', ['version']).status === 0;
const workspace = fileURLToPath(new URL('../../..', import.meta.url));

const secret = 'secret/of+the+repository';
const docker = '#!/bin/sh\n[ "$(cat)" = password-of-ecr ] && mkdir -p "$DOCKER_CONFIG" && echo "$*" >"$DOCKER_CONFIG/logged-in"\n';

const workflow = ({ url, goVersion, goIsReal, nodeVersion }: Vendors) => `on: workflow_dispatch
jobs:
  all:
    runs-on: go
    steps:
      - run: "! command -v go node pnpm aws"
      - id: checkout
        uses: tinqs/ci/checkout@v1
        with: { sparse: src, lfs: '${withLfs}' }
      - run: test "$(git rev-parse HEAD)" = "$COMMIT" && test "$COMMIT" = "$GITHUB_SHA" && test -e src/main.go && test ! -e other
        env: { COMMIT: "\${{ steps.checkout.outputs.commit }}" }
      - run: grep '${withLfs ? '^large$' : 'oid sha256'}' src/large.bin
      - run: git fetch origin && git show HEAD:other/left.txt | grep left
      - run: |
          basic=$(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\\n')
          ! grep -rlF -e "$TOKEN" -e "$basic" "$GITHUB_WORKSPACE"
          ! grep -F -e "$TOKEN" -e "$basic" "$GITHUB_ENV" "$GITHUB_PATH"
        env: { TOKEN: "\${{ github.token }}" }
      - uses: tinqs/ci/checkout@v1
        continue-on-error: true
        with: { repository: acme/lib, path: lib }
      - run: "! git ls-remote \\"\${GITHUB_SERVER_URL%/}/acme/lib\\""
      - uses: tinqs/ci/setup-go@v1
        with: { go-version: '${goVersion}', download-base-url: '${url}' }
      - run: go version | grep go${goVersion} && test "$GOTOOLCHAIN" = local
      - run: ${goIsReal ? 'go run src/main.go | grep built' : 'go env GOROOT'}
      - uses: tinqs/ci/setup-node@v1
        with: { node-version: '${nodeVersion}' }
      - run: node --version | grep 'v${nodeVersion}' && pnpm --version
      - uses: tinqs/ci/setup-aws@v1
        with:
          aws-region: eu-west-1
          aws-access-key-id: AKIAOFTHETEST
          aws-secret-access-key: \${{ secrets.AWS_SECRET }}
          allowed-account-ids: '123456789012'
          ecr-login: 'true'
      - run: aws sts get-caller-identity && test "$AWS_REGION" = eu-west-1 && grep 123456789012.dkr.ecr.eu-west-1 "$DOCKER_CONFIG/logged-in"
      - run: grep -qF "$KEY" "$AWS_SHARED_CREDENTIALS_FILE" && ! grep -rlF "$KEY" "$GITHUB_WORKSPACE" && echo "the key is $KEY"
        env: { KEY: "\${{ secrets.AWS_SECRET }}" }
  candidate:
    runs-on: go
    steps:
      - uses: tinqs/ci/checkout@v1-next
        with: { depth: '0' }
      - run: test "$(git rev-list --count HEAD)" -gt 1
  refused:
    runs-on: go
    steps:
      - uses: tinqs/ci/checkout@v1
        with: { path: ../z }
`;

interface Job {
  readonly id: number;
  readonly name: string;
  readonly conclusion: string;
}

describe.skipIf(!ready)('a real Gitea and its runner (skipped without GITEA_BIN, GITEA_ROOT and ACT_RUNNER_BIN: GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx vitest run --root tools/publish-actions src/live.test.ts, from Gitea 1.25 on)', () => {
  const folder = ready ? mkdtempSync(join(tmpdir(), 'publish-live-')) : '';
  const ci = join(folder, 'ci');
  let gitea: RealGitea;
  let vendors: Vendors;

  beforeAll(async () => {
    vendors = await startVendors(join(folder, 'vendors'));
    gitea = await startGitea({ binary, root, folder: join(folder, 'gitea') });
    for (const [owner, name, hidden] of [['tinqs', 'ci', false], ['acme', 'app', true], ['acme', 'lib', true]] as const) {
      await gitea.api('GET', `/orgs/${owner}`).catch(() => gitea.api('POST', '/orgs', { username: owner }));
      await gitea.api('POST', `/orgs/${owner}/repos`, { name, private: hidden, auto_init: true, default_branch: 'main' });
    }
    await gitea.api('PUT', '/repos/acme/app/actions/secrets/AWS_SECRET', { data: secret });
  }, 180_000);

  afterAll(async () => {
    await gitea?.stop();
    await vendors?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 180_000);

  it('gets the actions by pin, generate, candidate and publish', async () => {
    git(folder, 'clone', '-q', gitea.remote('tinqs/ci'), ci);
    for (const each of ['actions', 'images']) cpSync(join(workspace, each), join(ci, each), { recursive: true, filter: (path) => !/test-results|node_modules/.test(path) });
    writeFileSync(join(ci, 'images/versions.json'), vendors.versions);
    writeFileSync(join(ci, '.gitignore'), 'node_modules\n');
    symlinkSync(join(workspace, 'node_modules'), join(ci, 'node_modules'));
    // Not synchronous: what is pinned is served by this process.
    await promisify(execFile)(process.execPath, [join(ci, 'images/pin.mjs')], { env: { ...process.env, npm_config_registry: vendors.url } });
    execFileSync(process.execPath, [join(ci, 'actions/generate.mjs')]);
    commitFiles(ci, {});

    const candidate = await publishCandidate({ folder: ci });
    const published = await publish({ folder: ci });

    expect(candidate).toMatchObject({ kind: 'published', branch: 'v1-next' });
    expect(published).toMatchObject({ kind: 'published', branch: 'v1', commit: candidate.kind === 'refused' ? '' : candidate.commit });
  }, 60_000);

  it('runs jobs that use all four from tinqs/ci/…@v1, on a machine without their tools', async () => {
    const app = join(folder, 'app');
    git(folder, 'clone', '-q', gitea.remote('acme/app'), app);
    if (withLfs) git(app, 'lfs', 'install', '--local');
    commitFiles(app, { '.gitattributes': withLfs ? '*.bin filter=lfs diff=lfs merge=lfs -text\n' : '', 'src/main.go': 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("built") }\n', 'src/large.bin': withLfs ? 'large\n' : 'oid sha256\n', 'other/left.txt': 'left', '.npmrc': `registry=${vendors.url}\n`, '.gitea/workflows/actions.yml': workflow(vendors) });
    await gitea.api('POST', '/repos/acme/app/actions/workflows/actions.yml/dispatches', { ref: 'main' });
    const { workflow_runs: runs } = await gitea.api<{ workflow_runs: { id: number }[] }>('GET', '/repos/acme/app/actions/runs');
    const jobs = async () => (await gitea.api<{ jobs: Job[] }>('GET', `/repos/acme/app/actions/runs/${runs[0]!.id}/jobs`)).jobs;
    const path = machineTools(join(folder, 'bin'), { docker });
    for (const { name } of await jobs()) {
      const { token: registration } = await gitea.api<{ token: string }>('POST', '/repos/acme/app/actions/runners/registration-token');
      await serveOneJob({ binary: runner, url: gitea.url, registration, folder: join(folder, `runner-${name}`), path });
    }

    const ended = await jobs();
    const logs = (await Promise.all(ended.map(({ id }) => gitea.api<string>('GET', `/repos/acme/app/actions/jobs/${id}/logs`)))).join('\n');
    expect(Object.fromEntries(ended.map(({ name, conclusion }) => [name, conclusion])), logs).toEqual({ all: 'success', candidate: 'success', refused: 'failure' });
    expect(logs).toContain('::error::input "path": must stay inside the workspace');
    expect(logs).toMatch(/::error::.*no access to acme\/lib.*pass a personal token/);
    for (const hidden of [secret, 'password-of-ecr']) expect(logs).not.toContain(hidden);
    expect(vendors.requests).toContain(`/go${vendors.goVersion}.linux-amd64.tar.gz`);
  }, 300_000);
});
