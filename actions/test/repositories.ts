import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_AUTHOR_DATE: '2030-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2030-01-01T00:00:00Z' };

/** git as somebody with a name, no configuration of this machine, answers trimmed. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_ALLOW_PROTOCOL: 'file:http', GIT_TERMINAL_PROMPT: '0', ...identity }, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export interface Repositories {
  readonly root: string;
  /** Makes `<owner>/<name>.git` and a work tree to commit in; answers the work tree. */
  create(repository: string, options?: { objectFormat?: string; config?: Record<string, string> }): string;
  remove(): void;
}

export function createRepositories(): Repositories {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-repos-'));
  return {
    root: join(folder, 'bare'),
    create(repository, { objectFormat = 'sha1', config = {} } = {}) {
      const bare = join(folder, 'bare', `${repository}.git`);
      const work = join(folder, 'work', repository);
      mkdirSync(work, { recursive: true });
      git(folder, 'init', '-q', '--bare', '-b', 'main', `--object-format=${objectFormat}`, bare);
      // What Gitea sets for all of its repositories.
      for (const [key, value] of Object.entries({ 'uploadpack.allowFilter': 'true', 'uploadpack.allowAnySHA1InWant': 'true', ...config })) git(bare, 'config', key, value);
      git(work, 'init', '-q', '-b', 'main', `--object-format=${objectFormat}`);
      git(work, 'remote', 'add', 'origin', bare);
      return work;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Commits these files (`null` removes, `-> target` makes a link), pushes the branch, answers the commit. */
export function commit(work: string, files: Readonly<Record<string, string | null>>, message = 'change'): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(work, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === null) rmSync(file, { recursive: true });
    else if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
  }
  git(work, 'add', '-A');
  git(work, 'commit', '-q', '--allow-empty', '-m', message);
  git(work, 'push', '-q', '--force', 'origin', 'HEAD');
  return git(work, 'rev-parse', 'HEAD');
}
