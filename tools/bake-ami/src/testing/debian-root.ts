import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const enter = fileURLToPath(new URL('enter-root.sh', import.meta.url));

/** A root of its own that is written to as a machine's disk would be, and forgotten. */
export interface DebianRoot {
  /** Runs bash in it. */
  run(script: string): { readonly status: number | null; readonly output: string };
  /** Runs user data until it says `done` or `failed` or ends, and then ends all that runs there: the console. */
  boot(userData: string, limitMs?: number): Promise<string>;
  close(): Promise<void>;
}

/** What this host lacks for one, and how to get it. */
export function rootProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root';
  const missing = ['unshare', 'nsenter', 'pivot_root', 'curl', 'xz', 'unzip', 'python3', 'bash'].filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  if (missing.length > 0) return `needs ${missing.join(', ')}: apt-get install -y util-linux mount curl xz-utils unzip python3`;
  const trial = 'mount --make-rprivate / && mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/m && mount -t overlay o -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/m && mount -t proc p /mnt/m/proc';
  const { status, stderr } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', trial], { encoding: 'utf8' });
  return status === 0 ? undefined : `needs namespaces and overlayfs: ${stderr.trim()}`;
}

/** `lower` is not written to. `files` are laid over it: path to text, executable where it is a script. */
export async function createDebianRoot(lower: string, files: Readonly<Record<string, string>>): Promise<DebianRoot> {
  const folder = mkdtempSync(join(tmpdir(), 'bake-root-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), text.startsWith('#!') ? 0o755 : 0o644);
  }
  // A pipe, not the socket that Node gives: the console is opened by name, which a socket does not allow.
  const shell = spawn('bash', ['-c', 'exec > >(cat) 2>&1 && exec unshare "$@"', 'unshare', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--', 'bash', enter, lower, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let console = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text: Buffer) => (console += text.toString()));
  const pid = await readyInit(shell).finally(() => rmSync(folder, { recursive: true }));
  const inside = ['--target', String(pid), '--mount', '--pid', '--uts', '--ipc', '--root', '--wdns=/', '--', 'env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  const run: DebianRoot['run'] = (script) => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...inside, 'bash', '-c', script], { encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };
  return {
    run,
    async boot(userData, limitMs = 60_000) {
      console = '';
      const machine = spawn('nsenter', [...inside, 'bash', '-c', 'cat >/run/user-data && exec bash /run/user-data'], { stdio: ['pipe', 'ignore', 'ignore'] });
      machine.stdin.end(userData);
      const until = Date.now() + limitMs;
      while (!/: (done after \d+ s|failed: .*)\n/.test(console) && machine.exitCode === null && Date.now() < until) await pause(50);
      // Everything but the first process, as a power-off would; what was in /run is gone with it.
      run('kill -KILL -1');
      run('rm -rf /run/tinqs-ci-bake');
      return console;
    },
    async close() {
      shell.kill('SIGKILL');
      await new Promise((ended) => (shell.exitCode !== null || shell.signalCode !== null ? ended(undefined) : shell.once('exit', ended)));
    },
  };
}

async function readyInit(shell: ChildProcess): Promise<number> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [shell.stdout, shell.stderr]) stream?.on('data', (text: Buffer) => (said += text.toString()).includes('ready') && resolve());
    shell.once('exit', () => reject(new Error(`no root: ${said}`)));
  });
  const children = spawnSync('cat', [`/proc/${shell.pid}/task/${shell.pid}/children`], { encoding: 'utf8' }).stdout.trim();
  // The first is cat.
  return Number(children.split(' ').at(-1));
}
