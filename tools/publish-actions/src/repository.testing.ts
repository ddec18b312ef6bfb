import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const person = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_CONFIG_NOSYSTEM: '1', HOME: '/nonexistent' };

export const git = (cwd: string, ...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], ...person }, stdio: ['ignore', 'pipe', 'pipe'] }).trim();

export interface TemporaryRemote {
  readonly bare: string;
  /** A clone of its own, with `main` checked out. */
  clone(name: string): string;
  remove(): void;
}

/** A bare repository that refuses what is not a fast-forward, as a protected branch does, and one clone with version 1.0.0 on main. */
export function temporaryRemote(): TemporaryRemote {
  const folder = mkdtempSync(join(tmpdir(), 'publish-actions-'));
  const bare = join(folder, 'remote.git');
  git(folder, 'init', '-q', '--bare', '-b', 'main', bare);
  return {
    bare,
    clone(name) {
      const work = join(folder, name);
      git(folder, 'clone', '-q', bare, work);
      git(work, 'checkout', '-q', '-B', 'main', ...(git(bare, 'for-each-ref', 'refs/heads/main') ? ['origin/main'] : []));
      return work;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function commitFiles(work: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  git(work, 'add', '-A');
  git(work, 'commit', '-q', '-m', 'change');
  git(work, 'push', '-q', 'origin', 'HEAD:main');
  return git(work, 'rev-parse', 'HEAD');
}
