import { boot } from './boot.generated.js';
import { fillSlots } from './fill-slots.js';
import { configFile, gitConfigFile, gitCredentialFile, runnerFile } from './runner-files.js';
import type { RunnerSettings } from './runner-settings.js';
import { findSettingsProblems, InvalidRunnerSettingsError } from './settings-problem.js';
import { supervise } from './supervise.generated.js';

const bootScript = boot.replace('@@SUPERVISE@@\n', () => supervise);

/**
 * Renders the boot script of one machine for one job.
 *
 * The same settings give the same bytes. Holds the one-job credential, and `gitToken` where given: never log it,
 * print it through `maskUserData`. About 14 kB of text, 6 kB after gzip; EC2 takes 16 KiB.
 */
export function renderUserData(settings: RunnerSettings): string {
  const problems = findSettingsProblems(settings);
  if (problems.length > 0) throw new InvalidRunnerSettingsError(problems);

  const flag = (on: boolean) => ({ integer: on ? 1 : 0 });
  return fillSlots(bootScript, {
    BOOT: { integer: settings.limits.bootSeconds },
    IDLE: { integer: settings.limits.idleSeconds },
    JOB: { integer: settings.limits.jobMinutes * 60 },
    LIFE: { integer: settings.lifeSeconds },
    SINGLE: flag(settings.singleShotClaim),
    WALL: flag(settings.metadataWall),
    SUDO: flag(settings.sudo),
    IMAGE: flag(settings.environment.mode === 'image'),
    LOG: { text: settings.logPath ?? '/var/log/tinqs-ci.log' },
    CREDENTIAL: { text: runnerFile(settings) },
    CONFIG: { text: configFile(settings) },
    GITCREDENTIAL: { text: gitCredentialFile(settings) },
    GITCONFIG: { text: gitConfigFile(settings) },
  });
}

/** Replaces what is secret in a rendered script (the runner's credential, the git token) so that it can be shown. */
export function maskUserData(script: string): string {
  return script.replace(/(<<'SECRET'[^\n]*\n)[^]*?\nSECRET\n/g, '$1(hidden)\nSECRET\n');
}
