import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Clone {
  git(...args: readonly string[]): string;
  write(files: Readonly<Record<string, string>>): void;
}

/** Clones into a folder of its own; commits are of Kim, and nothing of the user's own git configuration counts. */
export function cloneInto(place: string, remote: string): Clone {
  mkdirSync(place, { recursive: true });
  const env = { PATH: process.env['PATH'], HOME: place, GIT_TERMINAL_PROMPT: '0' };
  const git = (...args: readonly string[]) => execFileSync('git', ['-c', 'user.name=kim', '-c', 'user.email=kim@example.com', ...args], { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
  git('clone', '-q', remote, '.');
  return {
    git,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(place, path)), { recursive: true });
        writeFileSync(join(place, path), text);
      }
    },
  };
}
