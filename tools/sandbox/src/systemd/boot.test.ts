import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootUnderSystemd, type Boot } from './boot.js';

const root = process.env['SYSTEMD_ROOT'] ?? '';
const ready = process.getuid?.() === 0 && [`${root}/usr/bin/cloud-init`, `${root}/usr/sbin/dockerd`].every((file) => existsSync(file)) && spawnSync('systemd-nspawn', ['--version']).status === 0;
const mend = 'sudo tools/sandbox/src/systemd/build-root.sh /var/tmp/systemd-root && sudo SYSTEMD_ROOT=/var/tmp/systemd-root npx vitest run --root tools/sandbox systemd';

const supervisor = '$(systemctl show -p MainPID --value ci-runner)';
const life = { limits: { bootSeconds: 20, idleSeconds: 2, jobMinutes: 0.2 }, lifeSeconds: 34 };
const stays = 'sleep 99';

/** Image mode: a container is named as act_runner names a job's. */
const image = { mode: 'image', image: 'job' } as const;
const IMAGE = 'tar -C /bin -c busybox | docker import - job >/dev/null';
const container = (step: string) => `docker run --name GITEA-ACTIONS-TASK-7_ci_JOB-one job /busybox sh -c '${step}'`;
/** A neighbour that answers as instance metadata would: a container reaches it through the machine's forwarding. */
const METADATA = `sudo sh -c 'ip netns add ec2 && ip link add ec2 type veth peer name eth0 netns ec2 && ip link set ec2 up && ip address add 10.9.0.1/24 dev ec2 && ip route add 169.254.169.254 dev ec2 &&
  ip -n ec2 link set eth0 up && ip -n ec2 address add 169.254.169.254/32 dev eth0 && ip -n ec2 route add 10.9.0.0/24 dev eth0 && ip netns exec ec2 busybox httpd'`;
const ask = 'echo GET / | /busybox nc -w 3 169.254.169.254 80 || echo closed';

/** The boot itself takes some seconds, on a busy host many. */
const START = 40;

const BOOTS: readonly (Boot & { readonly event: string; readonly log?: readonly RegExp[]; readonly console?: readonly RegExp[]; readonly never?: readonly RegExp[] })[] = [
  { event: 'a normal job', runner: 'online; task; sleep 1; exit 0', limit: START, log: [/runner ended with 0 after its job/], console: [/Power Off/] },
  {
    event: 'a job that looks around',
    runner: 'online; task; grep ^0:: /proc/self/cgroup; sudo iptables -S OUTPUT; sudo systemctl show ci-runner -p Delegate -p OOMPolicy -p SuccessAction -p FailureAction; exit 0',
    limit: START,
    log: [/0::\/system\.slice\/ci-runner\.service\/ci-job/, /-m cgroup --path "\/?system\.slice\/ci-runner\.service\/ci-watch" -j ACCEPT\n-A OUTPUT -d 169\.254\.169\.254\/32 -j REJECT/, /Delegate=yes/, /OOMPolicy=continue/, /SuccessAction=poweroff\n/, /FailureAction=poweroff-force/],
  },
  { event: 'no job', runner: `online; ${stays}`, limit: START, log: [/idle limit: no job came/] },
  { event: 'a boot script that fails', runner: 'online', files: { '/usr/local/sbin/useradd': '#!/bin/bash\nexit 1\n' }, limit: START, log: [/powering off: the boot script failed/] },
  { event: 'the death of the supervisor', runner: `online; task; sudo kill -9 ${supervisor}; ${stays}`, settings: { limits: life.limits, lifeSeconds: 600 }, limit: START, log: [/task 7/], never: [/after its job/] },
  { event: 'a frozen supervisor and no timer: the limit of its unit', runner: `online; task; sudo systemctl stop ci-deadman.timer; sudo kill -STOP ${supervisor}; ${stays}`, settings: life, limit: START + 34 + 30, log: [/task 7/], never: [/ending the job/] },
  {
    event: 'a frozen supervisor and no unit limit: the timer',
    runner: `online; task; sudo mkdir -p /run/systemd/system/ci-runner.service.d; printf '[Service]\\nRuntimeMaxSec=infinity\\n' | sudo tee /run/systemd/system/ci-runner.service.d/x.conf; sudo systemctl daemon-reload; sudo kill -STOP ${supervisor}; ${stays}`,
    settings: life,
    limit: START + 34,
    log: [/task 7/],
    never: [/ending the job/],
  },
  { event: 'a reboot: no second boot', runner: `online; task; sleep 1; sudo reboot; ${stays}`, settings: { limits: life.limits, lifeSeconds: 600 }, limit: START + 30, log: [/task 7/], console: [/Rebooting[^]*Welcome to Debian[^]*Starting ci-second-boot(?![^]*cloud-init\[)/] },
  {
    event: 'a job in a container, which does not reach instance metadata',
    runner: `online; ${IMAGE}; ${METADATA}; ${container(ask)}; sleep 2; sudo iptables -t mangle -F FORWARD; docker run job /busybox sh -c '${ask}'; exit 0`,
    settings: { environment: image },
    limit: START,
    log: [/nc: timed out/, /job started[^]*closed[^]*HTTP\/1\.[^]*after its job/],
  },
  { event: 'a job that hangs in a container', runner: `online; task; ${IMAGE}; trap '' TERM; ${container('trap "" TERM; sleep 999')}; echo "the container ended with $?"; exit 1`, settings: { ...life, environment: image }, limit: START + 30, log: [/ending the job: job limit\nthe container ended with 137/] },
  {
    event: 'a shutdown that hangs',
    runner: `online; task; sudo systemd-run --quiet --unit=hangs -p KillMode=none -p TimeoutStopSec=infinity -p 'ExecStop=/bin/sleep infinity' /bin/sleep infinity; exit 0`,
    settings: { lifeSeconds: 600 },
    limit: START + 60 + 20,
    log: [/after its job/],
    console: [/Job hangs\.service\/stop running \(5\ds/],
  },
];

describe.skipIf(!ready)(ready ? 'under a real systemd, a machine is off after' : `under a real systemd, a machine is off after … (skipped; ${mend})`, { timeout: 240_000 }, () => {
  it.concurrent.each(BOOTS.map((row) => [row.event, row] as const))('%s', async (_event, row) => {
    const boot = await bootUnderSystemd(root, row);

    const all = `${boot.console}\n${boot.log}`;
    expect(boot.inTime, all).toBe(true);
    for (const text of row.log ?? []) expect(boot.log, all).toMatch(text);
    for (const text of row.console ?? []) expect(boot.console).toMatch(text);
    for (const text of row.never ?? []) expect(all).not.toMatch(text);
  });
});
