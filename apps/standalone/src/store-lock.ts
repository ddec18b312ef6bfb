import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The store is in use by another `npm start`: said, exit 2. */
export class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError';

  constructor(folder: string, pid: number) {
    super(`the store ${folder} is in use by process ${pid}: stop it, or give this one another folder: npm start -- --store DIR`);
  }
}

export interface StoreLock {
  release(): void;
}

/**
 * Takes the store for this process. Dynalite opens a path that is locked without an error and dies later, so this
 * lock comes first. The lock of a process that was killed is taken over: the process of that id is gone, or began
 * after the lock was written.
 */
export function lockStore(folder: string): StoreLock {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) });
  for (let tries = 0; ; tries += 1) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, mine);
      closeSync(file);
      return { release: () => rmSync(path, { force: true }) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || tries >= 3) throw cause;
      const holder = readHolder(path);
      if (holder !== undefined && isAlive(holder)) throw new StoreInUseError(folder, holder.pid);
      rmSync(path, { force: true });
    }
  }
}

interface Holder {
  readonly pid: number;
  readonly startedAt: string | null;
}

function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return Number.isInteger(holder.pid) ? holder : undefined;
  } catch {
    // Killed between making the file and writing it, or gone meanwhile.
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  // The id may have been given to another process since.
  return startedAt === null || startOf(pid) === null || startOf(pid) === startedAt;
}

/** When a process began, in the kernel's own count, where there is a /proc. */
function startOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
