import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJob, runAction, type Job } from '../test/composite-runner.js';
import { pathOf } from '../test/download-server.js';
import { startGitServer, type GitServer } from '../test/git-server.js';
import { commit, createRepositories, type Repositories } from '../test/repositories.js';

const present = spawnSync('git-lfs', ['version']).status === 0;
const token = 'f'.repeat(40);
const oid = (text: string) => createHash('sha256').update(text).digest('hex');
const pointer = (text: string) => `version https://git-lfs.github.com/spec/v1\noid sha256:${oid(text)}\nsize ${text.length}\n`;

let repositories: Repositories;
let server: GitServer;
let job: Job;
let sha: string;

beforeAll(async () => {
  repositories = createRepositories();
  sha = commit(repositories.create('acme/art'), { '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'a/one.bin': pointer('large one'), 'b/two.bin': pointer('large two') });
  server = await startGitServer({ root: repositories.root, tokens: { 'acme/art': [token] }, largeFiles: { [oid('large one')]: 'large one', [oid('large two')]: 'large two' } });
});
afterAll(async () => {
  repositories.remove();
  await server?.close();
});
beforeEach(() => {
  server.reset();
  job = createJob({ repository: 'acme/art', ref: 'refs/heads/main', sha, event_name: 'push', token, server_url: server.url });
});
afterEach(() => job.remove());

const checkout = (inputs: Record<string, string>) => runAction(job, 'checkout', inputs);
const text = (path: string) => readFileSync(join(job.workspace, path), 'utf8');
const objectsAsked = () => server.seen.requests.filter((request) => /GET .*lfs\/objects/.test(request)).length;

it('lfs: false leaves pointers', async () => {
  const { status, log } = await checkout({});

  expect(status, log).toBe(0);
  expect(text('a/one.bin')).toBe(pointer('large one'));
});

describe.skipIf(!present)('lfs: true (apt-get install git-lfs)', () => {
  it('brings the files, with the same token and one header', async () => {
    const { status, log } = await checkout({ lfs: 'true' });

    expect(status, log).toBe(0);
    expect([text('a/one.bin'), text('b/two.bin')]).toEqual(['large one', 'large two']);
    expect(spawnSync('grep', ['-rlF', token, job.workspace]).status).toBe(1);
  });

  it('brings those of the sparse folders only', async () => {
    const { status, log } = await checkout({ lfs: 'true', sparse: 'a' });

    expect(status, log).toBe(0);
    expect(text('a/one.bin')).toBe('large one');
    expect(objectsAsked()).toBe(1);
  });

  it('replaces pointers of an earlier checkout', async () => {
    await checkout({});
    await checkout({ lfs: 'true' });

    expect(text('a/one.bin')).toBe('large one');
  });

  it('lets a later git lfs pull of the job through, with one header', async () => {
    await checkout({ lfs: 'true' });
    rmSync(join(job.workspace, '.git/lfs'), { recursive: true });
    rmSync(join(job.workspace, 'a/one.bin'));

    const status = await new Promise<number | null>((done) => spawn('git', ['lfs', 'pull'], { cwd: job.workspace, env: job.env, stdio: 'ignore', timeout: 20_000 }).on('close', done));

    expect(status).toBe(0);
    expect(text('a/one.bin')).toBe('large one');
  });

  it('fails where a file is not on the server', async () => {
    server.failNext(...Array.from({ length: 2 }, () => 404));

    expect((await checkout({ lfs: 'true', 'persist-credentials': 'false' })).status).toBe(1);
  });
});

it('lfs: true without git-lfs names the package', async () => {
  job.env['PATH'] = pathOf(job.folder, []);
  expect((await checkout({ lfs: 'true' })).log).toContain('needs git-lfs, which is not on this machine: install the package "git-lfs"');
});
