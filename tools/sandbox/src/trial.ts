import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderUserData, type RunnerSettings } from '@tinqs/userdata-renderer';
import type { Instance } from './instance.js';
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';

/** One machine that is really booted, with a script in the place of act_runner. */
export interface Trial {
  /** Bash. `online` and `task` print what act_runner prints when it has declared itself, and when it was given a job. `null`: there is none. */
  readonly runner: string | null;
  readonly settings?: Partial<RunnerSettings>;
  readonly sandbox?: Partial<SandboxOptions>;
  /** What is done to the machine while it runs. */
  readonly during?: (machine: RunningMachine) => Promise<void>;
  /** Seconds after which the machine must be gone; machines of a busy host get some more. */
  readonly limit: number;
}

export interface RunningMachine {
  readonly sandbox: Sandbox;
  readonly instanceId: string;
  /** Waits until the console shows this. */
  sees(text: string | RegExp): Promise<void>;
  /** Runs bash as the machine's root, as a job with `sudo` could. */
  asRoot(script: string): string;
  /** The machine's process on the host. */
  readonly hostPid: number;
}

export interface EndedMachine {
  readonly console: string;
  readonly reason: string | undefined;
  /** False where the trial's limit passed and the machine had to be ended from outside. */
  readonly inTime: boolean;
  /** From its launch to its end. */
  readonly seconds: number;
}

const GRACE_SECONDS = 20;
export const RUNNER_PRELUDE = `#!/bin/bash
online() { echo 'time="x" level=info msg="runner: r, with version: v0.2.13, with labels: [go], declare successfully"'; }
task() { echo 'time="x" level=info msg="task 7 repo is acme/app https://gitea.com http://127.0.0.1:3000"'; }
`;

/** What `root.sh` leaves to a machine's root. */
const keptCapabilities = /^keep=(.*)$/m.exec(readFileSync(new URL('machine/root.sh', import.meta.url), 'utf8'))?.[1];

export const trialSettings: RunnerSettings = {
  credential: { id: 42, uuid: '7b1f3c3e-58a1-4a4b-9c8e-0d3a0a6f3f10', name: 'tinqs-ci-a1-go-1', token: '0'.repeat(40), labels: ['go'] },
  giteaUrl: 'http://127.0.0.1:3000',
  environment: { mode: 'host' },
  // Long enough for a host that is busy: rows about a limit bring their own.
  limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 0.5 },
  lifeSeconds: 60,
  singleShotClaim: false,
  gitHosts: [],
  sudo: false,
  metadataWall: true,
};

export async function tryMachine({ runner, settings = {}, sandbox: options = {}, during, limit }: Trial): Promise<EndedMachine> {
  const stateDir = mkdtempSync(join(tmpdir(), 'tinqs-ci-sandbox-'));
  const file = join(stateDir, 'runner');
  writeFileSync(file, RUNNER_PRELUDE + (runner ?? ''), { mode: 0o755 });
  const sandbox = createSandbox({ stateDir, ...(runner !== null && { runner: file }), diskMiB: 64, ...options });
  const { instanceId } = await launchTrial(sandbox, settings);
  try {
    if (during !== undefined) await during(await runningMachine(sandbox, stateDir, instanceId));
    const ended = await awaitEnd(sandbox, instanceId, limit + GRACE_SECONDS);
    return { console: await consoleOf(sandbox, instanceId), reason: ended?.stateReason?.code, inTime: ended !== undefined, seconds: ended?.stateChangedAt === undefined ? Number.NaN : (ended.stateChangedAt.getTime() - ended.launchTime.getTime()) / 1000 };
  } finally {
    await sandbox.terminate(instanceId);
    await awaitEnd(sandbox, instanceId, 30);
    rmSync(stateDir, { recursive: true, force: true });
  }
}

export async function launchTrial(sandbox: Sandbox, settings: Partial<RunnerSettings> = {}): Promise<{ instanceId: string }> {
  const outcome = await sandbox.launch({
    name: randomUUID(),
    pools: [{ instanceType: 't3.small', subnet: 'local', market: 'spot' }],
    userData: renderUserData({ ...trialSettings, ...settings }),
    tags: { 'tinqs-ci': 'true' },
  });
  if (outcome.kind !== 'launched') throw new Error(outcome.sentence);
  return outcome;
}

/** The machine once it has ended; `undefined` after so many seconds. */
export async function awaitEnd(sandbox: Sandbox, instanceId: string, seconds: number): Promise<Instance | undefined> {
  for (let tenths = 0; tenths < seconds * 5; tenths += 1) {
    const instance = (await sandbox.list()).find((each) => each.instanceId === instanceId);
    if (instance?.state === 'terminated') return instance;
    await sleep(200);
  }
  return undefined;
}

async function consoleOf(sandbox: Sandbox, instanceId: string): Promise<string> {
  return (await sandbox.console(instanceId))?.text ?? '';
}

export async function runningMachine(sandbox: Sandbox, stateDir: string, instanceId: string): Promise<RunningMachine> {
  const sees = async (text: string | RegExp) => {
    for (let tries = 0; tries < 300; tries += 1) {
      const shown = await consoleOf(sandbox, instanceId);
      if (typeof text === 'string' ? shown.includes(text) : text.test(shown)) return;
      await sleep(100);
    }
    throw new Error(`the console of ${instanceId} never showed ${text}: ${await consoleOf(sandbox, instanceId)}`);
  };
  await sees('[firmware] up');
  const { pid: hostPid } = JSON.parse(readFileSync(join(stateDir, 'machines', instanceId, 'host.json'), 'utf8')) as { pid: number };
  return {
    sandbox,
    instanceId,
    hostPid,
    sees,
    asRoot: (script) => {
      const { stdout, stderr } = spawnSync('nsenter', ['--target', String(initOf(hostPid)), '--all', '--wdns=/', 'setpriv', `--bounding-set=-all,${keptCapabilities}`, 'bash', '-c', script], { encoding: 'utf8', env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } });
      return stdout + stderr;
    },
  };
}

/** Host → unshare → the machine's init. */
function initOf(hostPid: number): number {
  const children = (pid: number) => readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number));
  const named = (name: string) => (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name;
  const unshare = children(hostPid).find(named('unshare'));
  const init = unshare === undefined ? undefined : children(unshare).find(named('bash'));
  if (init === undefined) throw new Error(`the machine of process ${hostPid} has no init (any more)`);
  return init;
}
