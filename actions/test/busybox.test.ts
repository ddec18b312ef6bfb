import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAppServer } from './app-server.js';
import { createJob, runAction, type Job, type StepResult } from './composite-runner.js';
import { actionsWith, archive, startDownloadServer, sumOf } from './download-server.js';

const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
let job: Job;

/** What an Alpine job image has: busybox's commands and the packages of `images/base`, nothing of GNU. */
function alpineTools(folder: string): string {
  const bin = join(folder, 'alpine');
  mkdirSync(bin);
  for (const applet of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) symlinkSync(busybox, join(bin, applet));
  for (const tool of ['bash', 'curl', 'git', 'git-lfs', 'flock']) {
    const from = (process.env['PATH'] ?? '').split(':').map((directory) => join(directory, tool)).find((path) => existsSync(path));
    if (from !== undefined && !existsSync(join(bin, tool))) symlinkSync(from, join(bin, tool));
  }
  return bin;
}

beforeEach(() => {
  job = createJob({});
});
afterEach(() => job.remove());

describe.skipIf(busybox === '')('with the commands of busybox (apt-get install busybox)', () => {
  beforeEach(() => {
    job.env['PATH'] = alpineTools(job.folder);
    job.env['RUNNER_TOOL_CACHE'] = join(job.folder, 'cache');
  });

  it('checkout clones sparsely, with a submodule, and twice', async () => {
    const app = await startAppServer({ 'a/a.txt': 'a\n', 'b/b.txt': 'b\n' });
    Object.assign(job.github, app.github);

    const inputs = { sparse: 'a', submodules: 'recursive' };
    const results: StepResult[] = [];
    try {
      results.push(await runAction(job, 'checkout', inputs), await runAction(job, 'checkout', { ...inputs, depth: '0' }));
    } finally {
      await app.close();
    }

    for (const { status, log } of results) expect(status, log).toBe(0);
    expect([existsSync(join(job.workspace, 'a/a.txt')), existsSync(join(job.workspace, 'b'))]).toEqual([true, false]);
  });

  it('setup-go, setup-node and setup-aws unpack what they download', async () => {
    const go = archive('go', { 'bin/go': '#!/bin/sh\ncase "$2" in GOVERSION) echo go1.26.4 ;; *) echo /go ;; esac\n' });
    const node = archive('node', { 'bin/node': '#!/bin/sh\necho v22.20.1\n' }, 'J');
    writeFileSync(join(job.folder, 'aws'), '#!/bin/sh\n', { mode: 0o755 });
    execFileSync('python3', ['-c', 'import sys, zipfile; zipfile.ZipFile(sys.argv[2], "w").write(sys.argv[1], "aws/dist/aws")', join(job.folder, 'aws'), join(job.folder, 'aws.zip')]);
    const cli = readFileSync(join(job.folder, 'aws.zip'));
    const server = await startDownloadServer({ '/go.tar.gz': go, '/v22.20.1/node.tar.xz': node, '/aws.zip': cli });
    job.actions = actionsWith(job.folder, [['go', 'amd64', '1.26.4', 'sha256', sumOf(go), 'x/go.tar.gz'], ['node', 'amd64', '22.20.1', 'sha256', sumOf(node), 'x/node.tar.xz'], ['aws-cli', 'amd64', '2.1.0', 'sha256', sumOf(cli), 'x/aws.zip']]);

    const mirror = { 'download-base-url': server.url };
    const results = [await runAction(job, 'setup-go', mirror), await runAction(job, 'setup-node', { ...mirror, 'pnpm-version': 'false' }), await runAction(job, 'setup-aws', { ...mirror, 'aws-region': 'eu-west-1' })];
    await server.close();

    for (const { status, log, outputs } of results) expect([status, outputs['source']], log).toEqual([0, 'download']);
  });
});
