import { spawnSync } from 'node:child_process';

const TRIAL = 'mount --make-rprivate / && mount -t tmpfs trial /mnt && mkdir /mnt/u /mnt/w /mnt/m && mount -t overlay trial -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/m && setpriv --pdeathsig KILL -- ip route add local 0.0.0.0/0 dev lo';

/** Says what this host lacks for a sandbox, and how to get it; `undefined` where one can be made. */
export function sandboxProblem(): string | undefined {
  if (process.platform !== 'linux') return `the sandbox needs Linux namespaces; this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the sandbox needs root: run it with sudo';
  const missing = ['unshare', 'nsenter', 'setpriv', 'pivot_root', 'ip'].filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  if (missing.length > 0) return `the sandbox needs ${missing.join(', ')}: apt-get install -y util-linux mount iproute2`;
  const { status, stderr } = spawnSync('unshare', ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--fork', '--', 'sh', '-c', `ip link set lo up && ${TRIAL}`], { encoding: 'utf8' });
  return status === 0 ? undefined : `the sandbox needs namespaces and overlayfs; a trial failed: ${stderr.trim()}`;
}
