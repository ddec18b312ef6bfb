import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { speakingRunner, startFakeGitea } from './fake-gitea.js';
import { createSandbox } from './sandbox.js';
import { awaitEnd, launchTrial, RUNNER_PRELUDE, trialSettings, tryMachine } from './trial.js';

const limits = { bootSeconds: 60, idleSeconds: 90, jobMinutes: 1 };

describeMachines('where a runner that lost the race for a job never looks again,', (it) => {
  it.each([
    ['answers at once and keeps the connection', { answerMs: 20, keepAliveMs: 120_000, machines: 4 }],
    ['answers at once and closes the connection soon', { answerMs: 20, keepAliveMs: 400, machines: 4 }],
    ['takes 3.5 s to answer', { answerMs: 3_500, keepAliveMs: 120_000, machines: 10 }],
    ['takes 7 s to answer', { answerMs: 7_000, keepAliveMs: 120_000, machines: 10 }],
  ])('every job runs, no question is cut, and none is asked anew before 5 s are over, though Gitea %s', async (_title, { answerMs, keepAliveMs, machines }) => {
    const credentials = Array.from({ length: machines }, () => ({ ...trialSettings.credential, uuid: randomUUID() }));
    const losses = (uuid: string) => Math.max(0, credentials.findIndex((each) => each.uuid === uuid) % 4 - 1);
    const gitea = await startFakeGitea({ jobs: machines, answerMs, keepAliveMs, losses });
    const stateDir = mkdtempSync(join(tmpdir(), 'tinqs-ci-sandbox-'));
    writeFileSync(join(stateDir, 'runner'), RUNNER_PRELUDE + speakingRunner(gitea.port), { mode: 0o755 });
    const sandbox = createSandbox({ stateDir, runner: join(stateDir, 'runner'), diskMiB: 64, loopbackPorts: [gitea.port] });
    try {
      const launched = await Promise.all(credentials.map((credential) => launchTrial(sandbox, { credential, limits, lifeSeconds: 240, singleShotClaim: true })));
      const ended = await Promise.all(launched.map(({ instanceId }) => awaitEnd(sandbox, instanceId, 120)));
      const consoles = await Promise.all(launched.map(async ({ instanceId }) => (await sandbox.console(instanceId))?.text ?? ''));

      expect(ended).not.toContain(undefined);
      for (const text of consoles) expect(text).toContain('runner ended with 0 after its job');
      expect({ done: gitea.done, cut: gitea.cut }).toEqual({ done: machines, cut: 0 });
      // Whole seconds of uptime are counted: five of them are more than four.
      expect(Math.min(...gitea.pauses)).toBeGreaterThan(4_000);
      expect(credentials.map(({ uuid }) => gitea.fetches.get(uuid))).toEqual(credentials.map(({ uuid }) => losses(uuid) + 1));
    } finally {
      await gitea.close();
      for (const { instanceId } of await sandbox.list()) await sandbox.terminate(instanceId);
      rmSync(stateDir, { recursive: true, force: true });
    }
  });

  it.each([
    ['its idle limit', { ...limits, idleSeconds: 2 }, false],
    ['a Spot notice', limits, true],
  ] as const)('%s does not cut the question that brings the job', async (_title, limitsOfClass, isInterrupted) => {
    const gitea = await startFakeGitea({ jobs: 1, answerMs: 9_000, losses: () => 0 });
    try {
      const machine = await tryMachine({
        runner: speakingRunner(gitea.port),
        sandbox: { loopbackPorts: [gitea.port] },
        settings: { limits: limitsOfClass, lifeSeconds: 240, singleShotClaim: true },
        during: async ({ sandbox, instanceId, sees }) => {
          await sees('runner online');
          if (isInterrupted) await sandbox.interrupt(instanceId);
        },
        limit: 30,
      });

      expect(machine.console).toContain('runner ended with 0 after its job');
      expect({ done: gitea.done, cut: gitea.cut }).toEqual({ done: 1, cut: 0 });
    } finally {
      await gitea.close();
    }
  });
});
