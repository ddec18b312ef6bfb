import type { RunnerSettings } from './runner-settings.js';

/** One thing wrong with the settings: which field, and what it has to be. The value is left out, it may be a secret. */
export interface SettingsProblem {
  readonly path: string;
  readonly expected: string;
}

/** Thrown by `renderUserData` before anything is rendered; names every problem at once. */
export class InvalidRunnerSettingsError extends Error {
  override readonly name = 'InvalidRunnerSettingsError';

  constructor(readonly problems: readonly SettingsProblem[]) {
    super(`cannot render a boot script: ${problems.map(({ path, expected }) => `${path} must be ${expected}`).join('; ')}`);
  }
}

const label = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const image = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/;
const host = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/;
const absolutePath = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const weekSeconds = 7 * 24 * 3600;

export function findSettingsProblems(settings: RunnerSettings): readonly SettingsProblem[] {
  const { credential, environment, limits } = settings;
  const problems: SettingsProblem[] = [];
  const check = (holds: boolean, path: string, expected: string) => {
    if (!holds) problems.push({ path, expected });
  };

  check(Number.isSafeInteger(credential.id) && credential.id > 0, 'credential.id', 'a positive integer (Gitea answers a string: convert it)');
  for (const field of ['uuid', 'name', 'token'] as const) check(isText(credential[field]), `credential.${field}`, 'a non-empty string of whole Unicode characters');
  check(credential.labels.length > 0, 'credential.labels', 'at least one label');
  credential.labels.forEach((name, index) => check(label.test(name), `credential.labels[${index}]`, 'a name of letters, digits, ".", "_", "-", at most 64'));
  if (environment.mode === 'image') check(image.test(environment.image), 'environment.image', 'an image reference such as "node:22" without spaces');

  check(isAddress(settings.giteaUrl), 'giteaUrl', 'an http or https address without user, query or fragment');
  settings.gitHosts.forEach((name, index) => check(host.test(name), `gitHosts[${index}]`, 'a lower-case host name, with ":port" if needed, without a scheme'));
  if (settings.gitToken !== undefined) check(/^[\x21-\x7e]+$/.test(settings.gitToken), 'gitToken', 'printable ASCII without spaces');
  if (settings.logPath !== undefined) check(absolutePath.test(settings.logPath), 'logPath', 'an absolute path of letters, digits, ".", "_", "-"');

  const jobSeconds = limits.jobMinutes * 60;
  const whole = (value: number) => Number.isInteger(value) && value >= 1 && value <= weekSeconds;
  check(whole(limits.bootSeconds), 'limits.bootSeconds', 'whole seconds from 1 to a week');
  check(whole(limits.idleSeconds), 'limits.idleSeconds', 'whole seconds from 1 to a week');
  check(whole(jobSeconds), 'limits.jobMinutes', 'whole seconds, from one second to a week');
  check(whole(settings.lifeSeconds), 'lifeSeconds', 'whole seconds from 1 to a week');
  check(!(settings.lifeSeconds < limits.bootSeconds + limits.idleSeconds + jobSeconds), 'lifeSeconds', 'at least the sum of the boot, idle and job limits');
  return problems;
}

/** A lone surrogate has no UTF-8 form: it would not arrive as it was given. */
function isText(value: string): boolean {
  return value.length > 0 && !/\p{Surrogate}/u.test(value);
}

function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && `${username}${password}${search}${hash}` === '';
}
