import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { createJob, runAction, type Job, type StepResult } from '../test/composite-runner.js';
import { startGitServer, type GitServer } from '../test/git-server.js';
import { commit, createRepositories, git, type Repositories } from '../test/repositories.js';

export const token = 'f'.repeat(8) + '0123456789abcdef0123456789abcdef';
export const personal = 'e'.repeat(40);

export let repositories: Repositories;
export let server: GitServer;
export let job: Job;
/** Of acme/app: commits by what they are. */
export const at: Record<string, string> = {};

beforeAll(async () => {
  repositories = createRepositories();
  const app = repositories.create('acme/app');
  at['first'] = commit(app, { 'go.mod': 'module app\n', 'cmd/studio/main.go': 'package main\n', 'cmd/README.md': 'cmd\n', 'docs/a b/it\'s.md': 'text\n' });
  at['second'] = commit(app, { 'assets/big.bin': Array.from({ length: 20_000 }, (_, i) => `${(i * 2654435761) >>> 0}`).join('\n') });
  git(app, 'tag', '-a', '-m', 'one', 'v1.0.0');
  git(app, 'tag', 'light', at['first']!);
  git(app, 'tag', 'both', at['first']!);
  at['third'] = commit(app, { 'cmd/studio/new.go': 'package main // new\n' });
  git(app, 'branch', 'both');
  git(app, 'checkout', '-q', '-b', 'feature/x', at['second']!);
  at['feature'] = commit(app, { 'feature.txt': 'x\n' });
  git(app, 'checkout', '-q', '--detach', at['second']!);
  at['pull'] = pull(app, 'refs/pull/7/head', { 'pull.txt': 'p\n' });
  at['gone'] = pull(app, 'refs/heads/gone', { 'gone.txt': 'g\n' });
  git(app, 'push', '-q', 'origin', 'refs/heads/both', 'refs/tags/v1.0.0', 'refs/tags/light', 'refs/tags/both', ':refs/heads/gone');
  git(app, 'checkout', '-q', 'main');

  commit(repositories.create('acme/lib'), { 'lib.txt': 'lib\n' });
  commit(repositories.create('acme/site'), { 'site.txt': 'site\n' });
  const plain = repositories.create('acme/nofilter', { config: { 'uploadpack.allowFilter': 'false', 'uploadpack.allowAnySHA1InWant': 'false' } });
  at['unnamed'] = commit(plain, { 'old.txt': 'o\n' });
  commit(plain, { 'old.txt': null, 'a/a.txt': 'a\n', 'b/b.txt': 'b\n' });
  at['sha256'] = commit(repositories.create('acme/sha256', { objectFormat: 'sha256' }), { 'wide.txt': 'w\n' });
  repositories.create('acme/empty');

  server = await startGitServer({
    root: repositories.root,
    tokens: { 'acme/app': [token, personal], 'acme/lib': [personal], 'acme/nested': [token], 'acme/nofilter': [token], 'acme/sha256': [token], 'acme/old': [token], 'acme/away': [token], 'acme/empty': [token], 'acme/nothing': [token], 'acme/super': [token] },
    moved: { 'acme/old': 'acme/app', 'acme/away': 'http://127.0.0.1:1/acme/app' },
  });
  const below = repositories.create('acme/nested');
  commit(below, { 'older.txt': 'o\n' });
  const nested = commit(below, { 'nested.txt': 'n\n' });
  const above = repositories.create('acme/super');
  for (const [name, url] of [['relative', '../nested'], ['ssh', 'git@127.0.0.1:acme/nested.git'], ['long', 'ssh://git@127.0.0.1/acme/nested.git']] as const) {
    git(above, 'update-index', '--add', '--cacheinfo', `160000,${nested},${name}`);
    git(above, 'config', '-f', '.gitmodules', `submodule.${name}.path`, name);
    git(above, 'config', '-f', '.gitmodules', `submodule.${name}.url`, url);
  }
  git(above, 'add', '.gitmodules');
  git(above, 'commit', '-q', '-m', 'modules');
  git(above, 'push', '-q', 'origin', 'main');
});

afterAll(async () => {
  repositories.remove();
  await server?.close();
});

beforeEach(() => {
  server.reset();
  job = createJob({ repository: 'acme/app', ref: 'refs/heads/main', sha: at['third']!, event_name: 'push', token, server_url: `${server.url}/`, event: { before: at['second'] } });
});

afterEach(() => job.remove());

function pull(work: string, ref: string, files: Record<string, string>): string {
  git(work, 'checkout', '-q', '--detach', at['second']!);
  for (const [path, text] of Object.entries(files)) writeFileSync(join(work, path), text);
  git(work, 'add', '-A');
  git(work, 'commit', '-q', '-m', ref);
  git(work, 'push', '-q', 'origin', `HEAD:${ref}`);
  return git(work, 'rev-parse', 'HEAD');
}

export const checkout = (inputs: Record<string, string> = {}) => runAction(job, 'checkout', inputs);
export const inside = (...args: string[]) => git(job.workspace, '-c', 'safe.directory=*', ...args);
export const here = (path: string) => existsSync(join(job.workspace, path));
export const config = () => readFileSync(join(job.workspace, '.git/config'), 'utf8');
export const basic = (secret: string) => Buffer.from(`x-access-token:${secret}`).toString('base64');

/** A later command of the job: its environment, its HOME. Not synchronous: the server lives in this process. */
export function run(cwd: string, env: Record<string, string>, command: string, ...args: string[]): Promise<{ status: number; text: string }> {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('close', (code) => done({ status: code ?? 128, text }));
  });
}
export const later = (...args: string[]) => run(job.workspace, job.env, 'git', ...args);
export const fetchIn = (folder: string) => run(folder, job.env, 'git', 'fetch', 'origin');

export async function passes(inputs: Record<string, string> = {}): Promise<StepResult> {
  const result = await checkout(inputs);
  expect(result.status, result.log).toBe(0);
  return result;
}

export async function fails(status: number, message: RegExp, inputs: Record<string, string>): Promise<StepResult> {
  const result = await checkout(inputs);
  expect(result.log).toMatch(message);
  expect(result.status).toBe(status);
  return result;
}

