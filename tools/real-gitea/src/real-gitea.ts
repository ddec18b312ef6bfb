import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { appIni, type Database } from './app-ini.js';
import { cloneInto, type Clone } from './clone.js';
import { createPagePost } from './page-post.js';

export type { Clone };

export interface RealGitea {
  readonly url: string;
  /** Of the administrator, for everything. */
  readonly token: string;
  readonly version: string;
  /** A call of the REST API; a status above 299 throws. Text that is no JSON, such as a log, comes as it is. */
  api<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  /** Posts to a page, as a person who is logged in does: for what has no API. A status above 399 throws. */
  post(path: string): Promise<void>;
  /** Address for pushing as the administrator; holds the token. */
  remote(repository: string): string;
  /** A clone of a repository, for pushing as the administrator. */
  clone(repository: string): Clone;
  stop(): Promise<void>;
}

const ADMIN = 'operator';

export interface GiteaOptions {
  readonly binary: string;
  /** Its templates, options and public files. */
  readonly root: string;
  readonly folder: string;
  /** None: sqlite. */
  readonly database?: Database;
}

/** Starts a Gitea that was brought on a free port of loopback, in a folder of its own. */
export async function startGitea({ binary, root, folder, database }: GiteaOptions): Promise<RealGitea> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const password = randomBytes(12).toString('base64url');
  for (const each of ['data', 'log']) mkdirSync(join(folder, each), { recursive: true });
  const config = join(folder, 'app.ini');
  writeFileSync(config, appIni({ folder, root, port, user: userInfo().username, database }), { mode: 0o600 });
  const env = { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', TZ: 'UTC', GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true' };
  const place = ['--config', config, '--work-path', folder];
  const run = (...args: readonly string[]) => execFileSync(binary, [...args, ...place], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('migrate');
  const made = run('admin', 'user', 'create', '--admin', '--username', ADMIN, '--password', password, '--email', 'operator@example.com', '--must-change-password=false', '--access-token', '--access-token-name', 'live', '--access-token-scopes', 'all');
  const token = /\b[0-9a-f]{40}\b/.exec(made)?.[0];
  if (token === undefined) throw new Error('Gitea made no token: expected 40 hex digits in what "admin user create" prints');
  const log = join(folder, 'log/stdout.log');
  const output = openSync(log, 'a');
  const server = spawn(binary, ['web', ...place], { env, cwd: folder, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
    await ended;
  };

  async function api<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `token ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }), signal: AbortSignal.timeout(30_000) });
    const text = await answer.text();
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    if (!answer.headers.get('content-type')?.startsWith('application/json')) return text as Answer;
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  let version: string | undefined;
  for (let tries = 0; version === undefined; tries += 1) {
    try {
      ({ version } = await api<{ version: string }>('GET', '/version'));
    } catch (cause) {
      if (server.exitCode === null && tries < 600) {
        await pause(100);
        continue;
      }
      await stop();
      throw new Error(`Gitea does not answer; it printed last:\n${readFileSync(log, 'utf8').slice(-1_000)}`, { cause });
    }
  }
  let clones = 0;
  const remote = (repository: string) => `http://${ADMIN}:${token}@127.0.0.1:${port}/${repository}.git`;
  return {
    url, token, version, api, stop, remote,
    post: createPagePost(url, { login: ADMIN, password }),
    clone: (repository) => cloneInto(join(folder, 'clones', String((clones += 1))), remote(repository)),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
