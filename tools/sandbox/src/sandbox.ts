import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInstance, type Instance } from './instance.js';
import type { LaunchOutcome, LaunchRequest } from './launch-request.js';
import { findHost, readMachine, writeWhole, type MachineRecord, type MachineSettings } from './machine/machine-folder.mjs';

export interface SandboxOptions {
  /** Where machines are kept; whoever opens the same folder later finds them. */
  readonly stateDir: string;
  /** Path of an `act_runner`, which every machine has as `/usr/local/bin/act_runner`. Without it, machines have what the host has. */
  readonly runner?: string;
  /** Ports of the host's loopback that machines reach as theirs: Gitea's, where it runs on this host. */
  readonly loopbackPorts?: readonly number[];
  /** Ports of other hosts that machines reach; 22, 53, 80 and 443 by default. DNS goes over TCP. */
  readonly egressPorts?: readonly number[];
  /** Size of a machine's disk, which is memory of this host: 4096 by default. */
  readonly diskMiB?: number;
  /** Folders of the host that machines see empty, beside its homes, mounts and the working directory. */
  readonly hide?: readonly string[];
  /** Programs that machines have beside the host's, as their image would: absolute path and content. */
  readonly files?: { readonly [path: string]: string };
  readonly now?: () => Date;
}

/** EC2's launcher, with namespaces of this host as machines. For trying: namespaces do not isolate strangers' jobs. */
export interface Sandbox {
  launch(request: LaunchRequest): Promise<LaunchOutcome>;
  /** Idempotent; the machine gets 3 s to shut down. */
  terminate(instanceId: string): Promise<{ readonly kind: 'ending' | 'terminated' | 'not-found' }>;
  /** Machines with all of these tags, running ones and those that ended within the last hour. */
  list(query?: { readonly tags: { readonly [key: string]: string }; readonly states?: readonly string[] }): Promise<readonly Instance[]>;
  console(instanceId: string): Promise<{ readonly text: string; readonly at: Date | undefined } | undefined>;
  /** Publishes a Spot notice in the machine's metadata and ends it at its time, two minutes from now by default. */
  interrupt(instanceId: string, options?: { readonly noticeMs?: number }): Promise<void>;
}

const HOUR_MS = 3_600_000;
const CONSOLE_BYTES = 65_536;

export function createSandbox(options: SandboxOptions): Sandbox {
  const now = options.now ?? (() => new Date());
  mkdirSync(join(options.stateDir, 'machines'), { recursive: true, mode: 0o700 });
  const machines = realpathSync(join(options.stateDir, 'machines'));
  const folderOf = (instanceId: string) => join(machines, instanceId);
  const settings: MachineSettings = {
    ...(options.runner !== undefined && { runner: realpathSync(options.runner) }),
    loopbackPorts: [...(options.loopbackPorts ?? [])],
    egressPorts: [...(options.egressPorts ?? [22, 53, 80, 443])],
    diskMiB: options.diskMiB ?? 4096,
    files: { ...options.files },
    hide: ['/root', '/home', '/mnt', '/srv', '/media', realpathSync(options.stateDir), process.cwd(), ...(options.hide ?? [])].filter((folder) => folder !== '/'),
  };

  /** Every folder is a machine; those EC2 would have forgotten by now go. */
  function readAll(): Instance[] {
    const found: Instance[] = [];
    for (const instanceId of readdirSync(machines)) {
      const instance = readInstance(folderOf(instanceId), now());
      if (instance === undefined) continue;
      const over = instance.state === 'terminated' && now().getTime() - (instance.stateChangedAt ?? instance.launchTime).getTime() > HOUR_MS;
      if (over) rmSync(folderOf(instanceId), { recursive: true, force: true });
      else found.push(instance);
    }
    return found;
  }

  return {
    async launch(request) {
      const record = recordOf(request, settings, now());
      const { instanceId } = record.facts;
      const folder = folderOf(instanceId);
      // The record is whole or absent, and there before anything starts: a launch that is repeated finds the first one.
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!existsSync(join(folder, 'machine.json'))) {
        writeFileSync(join(folder, 'user-data'), request.userData, { mode: 0o700 });
        for (const [path, content] of Object.entries(settings.files)) writeProgram(join(folder, 'files', path), content);
        writeWhole(join(folder, 'machine.json'), JSON.stringify(record));
      }
      const first = readMachine(folder);
      if (first.userDataHash !== record.userDataHash) return refusal('IdempotentParameterMismatch', request.name);
      if (readInstance(folder, now())?.state === 'terminated') return refusal('IdempotentInstanceTerminated', request.name);
      if (findHost(folder).host === undefined) startHost(folder);
      return { kind: 'launched', instanceId, pool: first.pool, availabilityZone: first.facts.availabilityZone, launchTime: new Date(first.launchTime), tried: [] };
    },

    async terminate(instanceId) {
      const instance = readInstance(folderOf(instanceId), now());
      if (instance === undefined) return { kind: 'not-found' };
      if (instance.state === 'terminated') return { kind: 'terminated' };
      // Kept, for a machine that has no process yet.
      writeWhole(join(folderOf(instanceId), 'terminate'), '');
      signalHost(folderOf(instanceId), 'SIGTERM');
      return { kind: 'ending' };
    },

    async list(query) {
      const wanted = Object.entries(query?.tags ?? {});
      return readAll().filter(({ tags, state }) => wanted.every(([key, value]) => tags[key] === value) && query?.states?.includes(state) !== false);
    },

    async console(instanceId) {
      const file = join(folderOf(instanceId), 'console.log');
      if (!existsSync(file)) return undefined;
      return { text: readFileSync(file).subarray(-CONSOLE_BYTES).toString('utf8'), at: now() };
    },

    async interrupt(instanceId, { noticeMs = 120_000 } = {}) {
      const time = new Date(now().getTime() + noticeMs).toISOString().replace(/\.\d+Z$/, 'Z');
      writeWhole(join(folderOf(instanceId), 'spot.json'), JSON.stringify({ action: 'terminate', time }));
      signalHost(folderOf(instanceId), 'SIGUSR2');
    },
  };
}

function recordOf(request: LaunchRequest, settings: MachineSettings, at: Date): MachineRecord {
  const [pool] = request.pools;
  if (pool === undefined) throw new RangeError(`the launch of ${request.name} names no pool`);
  const instanceId = `i-${createHash('sha256').update(request.name).digest('hex').slice(0, 17)}`;
  return {
    facts: { instanceId, instanceType: pool.instanceType, availabilityZone: 'local-1a', market: pool.market },
    settings,
    name: request.name,
    pool: { instanceType: pool.instanceType, subnet: pool.subnet, market: pool.market },
    tags: { ...request.tags },
    userDataHash: createHash('sha256').update(request.userData).digest('hex'),
    launchTime: at.toISOString(),
  };
}

function writeProgram(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, content, { mode: 0o755 });
}

/** A session of its own: signals to this process's group, and its end, do not reach the machine. */
function startHost(folder: string): void {
  const host = new URL('machine/host.mjs', import.meta.url).pathname;
  spawn(process.execPath, [host, folder], { detached: true, stdio: 'ignore', cwd: '/', env: { PATH: process.env['PATH'] } }).unref();
}

function signalHost(folder: string, signal: 'SIGTERM' | 'SIGUSR2'): void {
  const { host, alive } = findHost(folder);
  if (host !== undefined && alive) process.kill(host.pid, signal);
}

function refusal(code: 'IdempotentParameterMismatch' | 'IdempotentInstanceTerminated', name: string): LaunchOutcome {
  const mismatch = code === 'IdempotentParameterMismatch';
  const reason = mismatch ? `${name} was launched before, with another boot script` : `${name} was launched before, and its machine is over`;
  return {
    kind: 'refused',
    code,
    class: mismatch ? 'token-mismatch' : 'already-ended',
    permanent: true,
    sentence: reason,
    reason,
    remedy: 'nothing: launch under a new name',
    tried: [],
  };
}
