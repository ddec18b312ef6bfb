import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const workspaceRoot = fileURLToPath(new URL('../../../..', import.meta.url));

/** A line of `npm start -- --json`. */
export interface Line {
  readonly at: string;
  readonly event: string;
  readonly text: string;
  readonly [field: string]: unknown;
}

export interface NpmStart {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly lines: readonly Line[];
  readonly stderr: () => string;
  readonly dashboard: string;
  readonly webhook: string;
  /** The first line for which this holds, now or later. */
  until(what: string, holds: (line: Line, all: readonly Line[]) => boolean, withinMs?: number): Promise<Line>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** The environment without anything that this machine's owner may have set. */
export function cleanEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SYSTEMROOT } = process.env;
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...(SYSTEMROOT === undefined ? {} : { SYSTEMROOT }), ...extra };
}

/** What follows `node` in the script of `npm start`, for any working directory. */
export function startArguments(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').slice(1).map((word) => (word.startsWith('apps/') ? join(workspaceRoot, word) : word));
}

interface StartOptions {
  readonly store: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** `null`: its own; else any free one. */
  readonly port?: null;
  /** npm itself, in a process group of its own, all of which gets the signals of `stop`. */
  readonly ownGroup?: true;
}

/** `npm start` as its script runs it, by default without npm in between, in a folder of its own. */
export async function npmStart(options: StartOptions): Promise<NpmStart> {
  const args = ['--json', ...(options.port === null ? [] : ['--port', '0']), '--store', options.store, ...(options.args ?? [])];
  const env = cleanEnvironment(options.environment);
  const stdio = ['ignore', 'pipe', 'pipe'] as const satisfies StdioOptions;
  const child = options.ownGroup ? spawn('npm', ['--silent', 'start', '--', ...args], { cwd: workspaceRoot, env, stdio: [...stdio], detached: true }) : spawn(process.execPath, [...startArguments(), ...args], { cwd: options.cwd ?? options.store, env, stdio: [...stdio] });
  const lines: Line[] = [];
  let stderr = '';
  const waiting = new Set<() => void>();
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  createInterface({ input: child.stdout! }).on('line', (text) => {
    lines.push(JSON.parse(text) as Line);
    for (const look of waiting) look();
  });
  const until: NpmStart['until'] = (what, holds, withinMs = 120_000) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find((line) => holds(line, lines));
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const fail = (why: string) => {
        end();
        reject(new Error(`${what}: ${why}\n${lines.slice(-15).map((line) => `${line.at} ${line.event} ${line.text}`).join('\n')}\n${stderr.slice(-3_000)}`));
      };
      const timer = setTimeout(() => fail(`not seen within ${withinMs} ms`), withinMs);
      const onExit = () => fail('the process ended');
      const end = () => {
        clearTimeout(timer);
        waiting.delete(look);
        child.off('exit', onExit);
      };
      waiting.add(look);
      child.once('exit', onExit);
      look();
    });
  const first = await until('listening', (line) => line.event === 'listening');
  return {
    child,
    pid: Number(first['pid']),
    lines,
    stderr: () => stderr,
    dashboard: String(first['dashboard']),
    webhook: String(first['webhook']),
    until,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) process.kill(options.ownGroup ? -child.pid! : child.pid!, signal);
      return exited;
    },
  };
}

/** A folder that is gone after the test, made when it is first asked for: a suite that is skipped makes none. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  let made: string | undefined;
  return {
    get path() {
      return (made ??= mkdtempSync(join(tmpdir(), 'tinqs-ci-')));
    },
    remove() {
      if (made !== undefined) rmSync(made, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export async function readJson<Body>(url: string): Promise<Body> {
  const answer = await fetch(url);
  return (await answer.json()) as Body;
}
