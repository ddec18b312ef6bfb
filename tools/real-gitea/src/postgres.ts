import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from './app-ini.js';

export interface Postgres {
  readonly database: Database;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL with one empty database, reached by a socket only. `bin` is the folder of its programs; as root it runs as the user `postgres`. */
export async function startPostgres({ bin }: { readonly bin: string }): Promise<Postgres> {
  // Short, since the path of a socket has 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), 'pg-'));
  const id = (what: '-u' | '-g') => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  const owner = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const run = (program: string, ...args: readonly string[]) => execFileSync(join(bin, program), [...args], { ...owner, cwd: folder, stdio: 'pipe' });
  const user = 'gitea';
  const data = join(folder, 'data');
  run('initdb', '--pgdata', data, '--username', user, '--auth', 'trust', '--encoding', 'UTF8', '--no-sync');
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'], { ...owner, cwd: folder, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries += 1) {
    try {
      run('createdb', '--host', folder, '--username', user, user);
      return { database: { socketFolder: folder, name: user, user }, stop };
    } catch (cause) {
      if (server.exitCode === null && tries < 100) {
        await pause(100);
        continue;
      }
      await stop();
      throw new Error(`PostgreSQL of ${bin} does not answer`, { cause });
    }
  }
}
