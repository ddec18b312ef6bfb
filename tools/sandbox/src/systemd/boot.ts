import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { renderUserData, type RunnerSettings } from '@tinqs/userdata-renderer';
import { RUNNER_PRELUDE, trialSettings } from '../trial.js';

export interface Boot {
  /** Bash in the place of act_runner; it may use `sudo`. */
  readonly runner: string;
  readonly settings?: Partial<RunnerSettings>;
  readonly files?: { readonly [path: string]: string };
  /** Seconds after which the machine must be off. */
  readonly limit: number;
}

export interface EndedBoot {
  readonly inTime: boolean;
  readonly seconds: number;
  /** What systemd said on the console, and the machine's log. */
  readonly console: string;
  readonly log: string;
}

/** Boots a machine with a real systemd and cloud-init, which finds the rendered user-data, and waits until it is off. */
export async function bootUnderSystemd(root: string, { runner, settings = {}, files = {}, limit }: Boot): Promise<EndedBoot> {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-boot-'));
  spawnSync('mount', ['-t', 'tmpfs', 'boot', folder]);
  const path = (name: string) => join(folder, name);
  try {
    for (const name of ['upper', 'work', 'machine', 'seed', 'log']) mkdirSync(path(name));
    for (const [name, content] of Object.entries({ ...files, '/usr/local/bin/act_runner': RUNNER_PRELUDE + runner })) {
      mkdirSync(join(path('upper'), name, '..'), { recursive: true });
      writeFileSync(join(path('upper'), name), content, { mode: 0o755 });
    }
    writeFileSync(path('seed/user-data'), renderUserData({ ...trialSettings, sudo: true, ...settings }));
    writeFileSync(path('seed/meta-data'), 'instance-id: i-1\n');
    spawnSync('mount', ['-t', 'overlay', 'machine', '-o', `lowerdir=${root},upperdir=${path('upper')},workdir=${path('work')}`, path('machine')]);

    const started = performance.now();
    const { inTime, console } = await run(['-q', '-b', '--register=no', '--keep-unit', '--private-network', `--bind-ro=${path('seed')}:/var/lib/cloud/seed/nocloud`, `--bind=${path('log')}:/var/log`, '--link-journal=no', '--console=read-only', '--system-call-filter=@keyring bpf', '-D', path('machine')], limit);
    const log = path('log/tinqs-ci.log');
    return { inTime, seconds: (performance.now() - started) / 1000, console, log: existsSync(log) ? readFileSync(log, 'utf8') : '' };
  } finally {
    spawnSync('umount', [path('machine')]);
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** nspawn's exit status for a machine that asks to be booted again. */
const REBOOT = 133;

function run(args: readonly string[], limit: number): Promise<{ inTime: boolean; console: string }> {
  return new Promise((resolve) => {
    let console = '';
    let inTime = true;
    let machine = boot();
    const clock = setTimeout(() => {
      inTime = false;
      // A killed nspawn leaves its systemd running: the machine's first process goes first.
      for (const pid of readFileSync(`/proc/${machine.pid}/task/${machine.pid}/children`, 'utf8').trim().split(' ')) process.kill(Number(pid), 'SIGKILL');
    }, limit * 1000);

    function boot() {
      const started = spawn('systemd-nspawn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
      started.stdout.on('data', (text) => (console += String(text)));
      started.stderr.on('data', (text) => (console += String(text)));
      started.on('close', (status) => {
        if (status === REBOOT && inTime) return void (machine = boot());
        clearTimeout(clock);
        resolve({ inTime, console: stripVTControlCharacters(console) });
      });
      return started;
    }
  });
}
