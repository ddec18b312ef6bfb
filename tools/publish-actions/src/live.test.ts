import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publish } from './publish.js';
import { commitFiles, git } from './repository.testing.js';

const { LIVE_DRIVER: driver, GITEA_BIN: bin, GITEA_ROOT: root, ACT_RUNNER_BIN: runner, LIVE_PORT: port = '3189' } = process.env;
// The tools of this machine, so that nothing is downloaded: the job runs on it.
const node = process.versions.node.split('.')[0]!;
const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout?.trim().replace('go', '') ?? '';
const ready = [driver, bin, root, runner].every((value) => value !== undefined && value !== '') && go !== '' && spawnSync('aws', ['--version']).status === 0;

const WORKFLOW = `on: workflow_dispatch
jobs:
  all:
    runs-on: go
    steps:
      - id: checkout
        uses: tinqs/ci/checkout@v1
        with: { sparse: src }
      - run: test "$(git rev-parse HEAD)" = "$COMMIT" && test "$COMMIT" = "$GITHUB_SHA" && test -e src/kept.txt && test ! -e other
        env: { COMMIT: "\${{ steps.checkout.outputs.commit }}" }
      - run: git fetch origin && git show HEAD:other/left.txt | grep left
      - run: test -z "$(grep -rF "$TOKEN" .git)" && test -z "$(grep -rF "$BASIC" .git)"
        env:
          TOKEN: "\${{ github.token }}"
          BASIC: "x-access-token:\${{ github.token }}"
      - uses: tinqs/ci/setup-go@v1
        with: { go-version: '${go}' }
      - run: go version | grep go${go} && test "$GOTOOLCHAIN" = local
      - uses: tinqs/ci/setup-node@v1
        with: { node-version: '${node}', pnpm-version: 'false' }
      - run: node --version | grep v${node}
      - uses: tinqs/ci/setup-aws@v1
        with: { aws-region: eu-west-1 }
      - run: aws --version && test "$AWS_REGION" = eu-west-1
      - run: "! git -C \\"$GITHUB_WORKSPACE\\" ls-remote \\"\${GITHUB_SERVER_URL%/}/acme/lib\\" </dev/null"
  refused:
    runs-on: go
    steps:
      - uses: tinqs/ci/checkout@v1
        with: { path: ../z }
`;

/** The driver's own API: a Gitea in a folder, seeded, with a runner that takes one job. */
interface World {
  state: { url: string; token: string; port: number };
  g: { call(method: string, path: string): Promise<{ body: string }>; must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> };
  remote(repository: string): string;
  start(options: object): Promise<unknown>;
  dispatch(file: string): Promise<{ status: number; run?: { id: number } }>;
  jobs(run: { id: number }): Promise<{ id: number; name: string; conclusion?: string }[]>;
  waitJob(id: number, test: (job: { status: string }) => boolean, options: object): Promise<{ conclusion: string } | undefined>;
  close(): Promise<void>;
}

describe.skipIf(!ready)('a real Gitea and runner (LIVE_DRIVER=<folder of the driver> GITEA_BIN=… GITEA_ROOT=… ACT_RUNNER_BIN=… npx nx run publish-actions:test, with go and aws on PATH)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'publish-live-'));
  const module = (name: string) => import(pathToFileURL(join(driver ?? '', name)).href);
  let world: World;

  beforeAll(async () => {
    const { up } = await module('server.mjs');
    const { seed } = await module('seed.mjs');
    await seed(await up({ bin, root, port: Number(port), dir: join(folder, 'gitea') }));
    world = (await (await module('world.mjs')).world({ dir: join(folder, 'gitea') })) as World;
    await world.g.must('DELETE', '/repos/tinqs/ci/branches/v1');
  }, 120_000);

  afterAll(async () => {
    await world?.close();
    if (ready) await (await module('server.mjs')).down(join(folder, 'gitea'));
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a job with all four actions from tinqs/ci/…@v1 as this tool publishes them', async () => {
    const work = join(folder, 'ci');
    git(folder, 'clone', '-q', world.remote('tinqs/ci'), work);
    cpSync(fileURLToPath(new URL('../../../actions', import.meta.url)), join(work, 'actions'), { recursive: true, filter: (path) => !path.includes('test-results') });
    commitFiles(work, {});
    expect(await publish({ folder: work })).toMatchObject({ kind: 'published', branch: 'v1' });

    const app = join(folder, 'app');
    git(folder, 'clone', '-q', world.remote('acme/app'), app);
    commitFiles(app, { 'src/kept.txt': 'kept', 'other/left.txt': 'left', '.gitea/workflows/actions.yml': WORKFLOW });
    const { run } = await world.dispatch('actions.yml');
    const conclusions: Record<string, string | undefined> = {};
    for (const job of await world.jobs(run!)) await world.start({ labels: ['go'] }).then(() => (conclusions[job.name] = ''));
    for (const job of await world.jobs(run!)) conclusions[job.name] = (await world.waitJob(job.id, ({ status }) => status === 'completed', { timeoutMs: 120_000 }))?.conclusion;

    const logs = await Promise.all((await world.jobs(run!)).map(async ({ id }) => (await world.g.call('GET', `/api/v1/repos/acme/app/actions/jobs/${id}/logs`)).body));
    expect(logs.join('\n')).toContain('::error::input "path": must stay inside the workspace');
    expect(conclusions, logs.join('\n')).toEqual({ all: 'success', refused: 'failure' });
  }, 300_000);
});
