import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clone } from '@tinqs/real-gitea';

/** A clone in which one case of pushes is played. */
export interface CaseRepository {
  git(...args: readonly string[]): string;
  /** Writes, removes (null) and commits; answers the commit. */
  commit(files: Readonly<Record<string, string | null>>, message?: string): string;
  /** Pushes what is given, `main` alone by default, and waits until Gitea has told of every ref: it judges the head it finds when it comes to it. */
  push(...args: readonly string[]): Promise<void>;
  link(path: string, target: string): void;
  makeExecutable(path: string): void;
}

export function caseRepository(clone: Clone, told: (refs: number) => Promise<void>): CaseRepository {
  const place = clone.git('rev-parse', '--show-toplevel');
  return {
    git: clone.git,
    commit(files, message = 'change') {
      for (const [path, text] of Object.entries(files)) {
        if (text === null) rmSync(join(place, path), { recursive: true });
        else clone.write({ [path]: text });
      }
      clone.git('add', '-A');
      clone.git('commit', '-q', '--allow-empty', '-m', message);
      return clone.git('rev-parse', 'HEAD');
    },
    push(...args) {
      clone.git('push', '-q', 'origin', ...(args.length === 0 ? ['main'] : args));
      // A branch that is deleted is told by `delete` alone.
      return told(args.length === 0 ? 1 : args.filter((arg) => !/^[-:]/.test(arg)).length);
    },
    link: (path, target) => symlinkSync(target, join(place, path)),
    makeExecutable: (path) => chmodSync(join(place, path), 0o755),
  };
}
