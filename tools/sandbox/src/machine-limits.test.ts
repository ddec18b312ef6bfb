import { expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { tryMachine } from './trial.js';

/** A host that is busy makes a machine late by some seconds, but a look is due every second. */
const LATE_SECONDS = 8;
const limits = { bootSeconds: 15, idleSeconds: 16, jobMinutes: 17 / 60 };

describeMachines('a limit is kept to the second, more or less:', (it) => {
  it.each([
    ['boot', 'sleep 99', 'booted:', 'boot limit', 15],
    ['idle', 'online; sleep 99', 'runner online', 'idle limit', 16],
    ['job', 'online; task; sleep 99', 'job started', 'ending the job: job limit', 17],
  ])('%s', async (_limit, runner, from, to, seconds) => {
    const machine = await tryMachine({ runner, settings: { limits, lifeSeconds: 200 }, limit: 40 });

    const at = (milestone: string) => Date.parse(new RegExp(`^(\\S+) tinqs-ci: ${milestone}`, 'm').exec(machine.console)?.[1] ?? '');
    const passed = (at(to) - at(from)) / 1000;
    // Both are whole seconds.
    expect(passed, machine.console).toBeGreaterThanOrEqual(seconds - 1);
    expect(passed, machine.console).toBeLessThanOrEqual(seconds + LATE_SECONDS);
  });

  it('life, with nobody left but the timer', async () => {
    const machine = await tryMachine({
      runner: 'online; task; sleep 99',
      settings: { limits: { bootSeconds: 5, idleSeconds: 5, jobMinutes: 0.1 }, lifeSeconds: 20 },
      during: async ({ sees, asRoot }) => {
        await sees('job started');
        asRoot('kill -STOP $(pgrep -f "^bash /run/ci/supervise")');
      },
      limit: 40,
    });

    expect(machine.seconds, machine.console).toBeGreaterThanOrEqual(20);
    // The boot before it, and the shutdown after it.
    expect(machine.seconds, machine.console).toBeLessThanOrEqual(20 + 2 * LATE_SECONDS);
    expect(machine.console).not.toContain('ending the job');
  });
});
