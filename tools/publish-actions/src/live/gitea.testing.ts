import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A Gitea with sqlite on loopback, in a folder of its own. The binary and its templates, options and public files are brought. */
export interface LiveGitea {
  readonly url: string;
  /** Address for pushing as the administrator; holds a token. */
  remote(repository: string): string;
  /** A call of the REST API; a status above 299 throws. Text that is no JSON comes as it is. */
  api<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  stop(): Promise<void>;
}

const admin = 'operator';

export async function startGitea({ binary, root, folder }: { readonly binary: string; readonly root: string; readonly folder: string }): Promise<LiveGitea> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  for (const each of ['data', 'log']) mkdirSync(join(folder, each), { recursive: true });
  const config = join(folder, 'app.ini');
  writeFileSync(config, settings(folder, root, port), { mode: 0o600 });
  const env = { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true' };
  const place = ['--config', config, '--work-path', folder];
  const run = (...args: readonly string[]) => execFileSync(binary, [...args, ...place], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  run('migrate');
  const made = run('admin', 'user', 'create', '--admin', '--username', admin, '--random-password', '--email', 'operator@example.com', '--must-change-password=false', '--access-token', '--access-token-name', 'live', '--access-token-scopes', 'all');
  const token = /\b[0-9a-f]{40}\b/.exec(made)?.[0];
  if (token === undefined) throw new Error('expected a token of 40 hex digits in what "admin user create" prints');
  const output = openSync(join(folder, 'log/stdout.log'), 'a');
  const server = spawn(binary, ['web', ...place], { env, cwd: folder, stdio: ['ignore', output, output] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));

  const api = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `token ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }), signal: AbortSignal.timeout(30_000) });
    const text = await answer.text();
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return (/^[[{]/.test(text) ? JSON.parse(text) : text) as Answer;
  };
  for (let tries = 0; ; tries += 1) {
    try {
      await api('GET', '/version');
      break;
    } catch (cause) {
      if (server.exitCode !== null || tries > 600) throw new Error('Gitea does not answer', { cause });
      await pause(100);
    }
  }
  return {
    url,
    api,
    remote: (repository) => `http://${admin}:${token}@127.0.0.1:${port}/${repository}.git`,
    async stop() {
      if (server.exitCode === null) server.kill('SIGTERM');
      await ended;
    },
  };
}

function settings(folder: string, root: string, port: number): string {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
    server: { HTTP_ADDR: '127.0.0.1', HTTP_PORT: port, DOMAIN: '127.0.0.1', ROOT_URL: `http://127.0.0.1:${port}/`, STATIC_ROOT_PATH: root, DISABLE_SSH: true, OFFLINE_MODE: true, LFS_START_SERVER: true, LFS_JWT_SECRET: random(32) },
    database: { DB_TYPE: 'sqlite3', PATH: join(folder, 'data/gitea.db'), SQLITE_JOURNAL_MODE: 'WAL', SQLITE_TIMEOUT: 5_000 },
    security: { INSTALL_LOCK: true, SECRET_KEY: random(32), INTERNAL_TOKEN: random(64) },
    oauth2: { JWT_SECRET: random(32) },
    repository: { ROOT: join(folder, 'repositories'), DEFAULT_BRANCH: 'main' },
    actions: { ENABLED: true, DEFAULT_ACTIONS_URL: 'self' },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    log: { MODE: 'file', LEVEL: 'Info', ROOT_PATH: join(folder, 'log') },
  };
  const top = `RUN_MODE = prod\nRUN_USER = ${execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()}\nWORK_PATH = ${folder}\n`;
  return top + Object.entries(sections).map(([name, keys]) => `\n[${name}]\n${Object.entries(keys).map(([key, value]) => `${key} = ${value}\n`).join('')}`).join('');
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
