import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createPagePost } from './page-post.js';

/** A real Gitea on loopback, in a folder of its own: `GITEA_BIN` (with sqlite) and `GITEA_ROOT` (its templates, options and public files) are brought from outside. */
export interface RealGitea {
  readonly url: string;
  readonly token: string;
  readonly version: string;
  /** A call of the REST API; a status above 299 throws. */
  api<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  /** Posts to a page, as a person who is logged in does: for what has no API. A status above 399 throws. */
  post(path: string): Promise<void>;
  /** A clone of a repository, for pushing as its owner. */
  clone(repository: string): Clone;
  stop(): Promise<void>;
}

export interface Clone {
  git(...args: readonly string[]): string;
  write(files: Readonly<Record<string, string>>): void;
}

const ADMIN = { login: 'operator', password: randomBytes(12).toString('base64url') };

export async function startGitea({ binary, root, folder }: { readonly binary: string; readonly root: string; readonly folder: string }): Promise<RealGitea> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  for (const each of ['data', 'log', 'clones']) mkdirSync(join(folder, each), { recursive: true });
  const config = join(folder, 'app.ini');
  writeFileSync(config, settings(folder, root, port), { mode: 0o600 });
  const env = { PATH: process.env['PATH'], HOME: folder, LANG: 'C.UTF-8', TZ: 'UTC', GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true' };
  const run = (...args: readonly string[]) => execFileSync(binary, [...args, '--config', config, '--work-path', folder], { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  run('migrate');
  const made = run('admin', 'user', 'create', '--admin', '--username', ADMIN.login, '--password', ADMIN.password, '--email', 'operator@example.com', '--must-change-password=false', '--access-token', '--access-token-name', 'live', '--access-token-scopes', 'all');
  const token = /\b[0-9a-f]{40}\b/.exec(made)?.[0];
  if (token === undefined) throw new Error('Gitea made no token: expected 40 hex digits in what "admin user create" prints');
  const output = openSync(join(folder, 'log/stdout.log'), 'a');
  const server = spawn(binary, ['web', '--config', config, '--work-path', folder], { env, cwd: folder, stdio: ['ignore', output, output] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));

  async function api<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `token ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }), signal: AbortSignal.timeout(30_000) });
    const text = await answer.text();
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  const version = await answering(() => api<{ version: string }>('GET', '/version'), () => server.exitCode !== null);
  let clones = 0;
  return {
    url,
    token,
    version: version.version,
    api,
    post: createPagePost(url, ADMIN),
    clone(repository) {
      clones += 1;
      const place = join(folder, 'clones', String(clones));
      mkdirSync(place);
      const git = (...args: readonly string[]) => execFileSync('git', ['-c', 'user.name=kim', '-c', 'user.email=kim@example.com', ...args], { cwd: place, env: { PATH: process.env['PATH'], HOME: place, GIT_TERMINAL_PROMPT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
      git('clone', '-q', `http://${ADMIN.login}:${token}@127.0.0.1:${port}/${repository}.git`, '.');
      return {
        git,
        write(files) {
          for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(join(place, path)), { recursive: true });
            writeFileSync(join(place, path), text);
          }
        },
      };
    },
    async stop() {
      if (server.exitCode === null) server.kill('SIGTERM');
      await ended;
    },
  };
}

async function answering<Answer>(ask: () => Promise<Answer>, isOver: () => boolean): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask();
    } catch (cause) {
      if (isOver() || tries > 600) throw new Error('Gitea does not answer', { cause });
      await pause(100);
    }
  }
}

function settings(folder: string, root: string, port: number): string {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
    server: { PROTOCOL: 'http', HTTP_ADDR: '127.0.0.1', HTTP_PORT: port, DOMAIN: '127.0.0.1', ROOT_URL: `http://127.0.0.1:${port}/`, STATIC_ROOT_PATH: root, DISABLE_SSH: true, OFFLINE_MODE: true, LFS_START_SERVER: false },
    database: { DB_TYPE: 'sqlite3', PATH: join(folder, 'data/gitea.db'), SQLITE_JOURNAL_MODE: 'WAL', SQLITE_TIMEOUT: 5_000 },
    security: { INSTALL_LOCK: true, SECRET_KEY: random(32), INTERNAL_TOKEN: random(64), PASSWORD_HASH_ALGO: 'pbkdf2', ALLOWED_HOST_LIST: 'loopback' },
    oauth2: { JWT_SECRET: random(32) },
    repository: { ROOT: join(folder, 'repositories'), DEFAULT_BRANCH: 'main' },
    actions: { ENABLED: true, DEFAULT_ACTIONS_URL: 'self' },
    webhook: { ALLOWED_HOST_LIST: 'loopback' },
    indexer: { ISSUE_INDEXER_TYPE: 'db' },
    log: { MODE: 'file', LEVEL: 'Info', ROOT_PATH: join(folder, 'log') },
  };
  const top = `APP_NAME = Gitea\nRUN_MODE = prod\nRUN_USER = ${execFileSync('id', ['-un']).toString().trim()}\nWORK_PATH = ${folder}\n`;
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
