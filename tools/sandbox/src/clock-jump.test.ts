import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { tryMachine, type Trial } from './trial.js';

const compiler = ['cc', 'gcc', 'clang'].find((command) => spawnSync(command, ['--version']).status === 0);
const YEAR = 31_536_000;

/** Programs of a machine whose wall clock is wrong by what `/run/clock-jump` says: nothing less than a clock of one's own can jump in a namespace. */
function jumpingClock(): { readonly files: { readonly [path: string]: string } } {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-clock-'));
  try {
    const made = spawnSync(compiler!, ['-shared', '-fPIC', '-O1', '-s', '-o', join(folder, 'clock.so'), new URL('jumping-clock.c', import.meta.url).pathname], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    const library = readFileSync(join(folder, 'clock.so')).toString('base64');
    // The boot script's first command puts it in place; all that starts later has it.
    return { files: { '/usr/local/sbin/mkdir': `#!/bin/bash\n[ -e /etc/ld.so.preload ] || { base64 -d >/usr/local/lib/clock.so <<<'${library}'; echo /usr/local/lib/clock.so >/etc/ld.so.preload; }\nexec /bin/mkdir "$@"\n` } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Jump extends Omit<Trial, 'during' | 'sandbox'> {
  readonly seconds: number;
  readonly after: string;
  readonly shows: readonly (string | RegExp)[];
  readonly never: readonly (string | RegExp)[];
}

const ticks = 'for tick in {1..9}; do sleep 1; echo "tick $tick"; done';
const waits = { runner: `online; ${ticks}; sleep 99`, settings: { limits: { bootSeconds: 25, idleSeconds: 12, jobMinutes: 0.5 }, lifeSeconds: 600 }, after: 'runner online' };
const works = { runner: `online; task; ${ticks}; echo finished; exit 0`, settings: { limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 1 }, lifeSeconds: 600 }, after: 'job started' };
const hangs = { runner: 'online; task; sleep 99', settings: { limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 0.2 }, lifeSeconds: 600 }, after: 'job started' };

const JUMPS: readonly (readonly [string, Jump])[] = [
  ['a year ahead while the runner waits', { ...waits, seconds: YEAR, limit: 20, shows: ['tick 9', 'idle limit: no job came'], never: ['job started'] }],
  ['a year back while the runner waits', { ...waits, seconds: -YEAR, limit: 20, shows: ['tick 9', 'idle limit: no job came'], never: ['job started'] }],
  ['a year ahead in a job', { ...works, seconds: YEAR, limit: 20, shows: ['finished', 'after its job'], never: ['ending the job'] }],
  ['a year back in a job that hangs', { ...hangs, seconds: -YEAR, limit: 24, shows: ['ending the job: job limit'], never: ['after its job'] }],
];

describe.skipIf(compiler === undefined)(compiler === undefined ? 'a clock that jumps … (skipped: apt-get install -y gcc libc6-dev)' : 'a clock that jumps', () => {
  describeMachines('changes nothing of when a machine is gone:', (it) => {
    it.each(JUMPS)('%s', async (_jump, { seconds, after, shows, never, ...trial }) => {
      const machine = await tryMachine({
        ...trial,
        sandbox: jumpingClock(),
        during: async ({ sees, asRoot }) => {
          await sees(after);
          asRoot(`echo ${seconds} >/run/clock-jump`);
        },
      });

      expect(machine.inTime, machine.console).toBe(true);
      expect(machine.reason).toBe('Client.InstanceInitiatedShutdown');
      for (const text of shows) expect(machine.console).toMatch(text);
      for (const text of never) expect(machine.console).not.toMatch(text);
      // It did jump: later milestones of the supervisor bear another year.
      const years = [...machine.console.matchAll(/^(\d{4})-\S+ tinqs-ci: /gm)].map(([, year]) => Number(year));
      expect(years, machine.console).toContain(years[0]! + Math.sign(seconds));
    });
  });
});
