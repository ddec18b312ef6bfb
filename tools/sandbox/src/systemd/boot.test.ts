import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootUnderSystemd, type Boot } from './boot.js';

const root = process.env['SYSTEMD_ROOT'] ?? '';
const ready = process.getuid?.() === 0 && existsSync(`${root}/usr/bin/cloud-init`) && spawnSync('systemd-nspawn', ['--version']).status === 0;
const mend = 'sudo tools/sandbox/src/systemd/build-root.sh /var/tmp/systemd-root && sudo SYSTEMD_ROOT=/var/tmp/systemd-root npx vitest run --root tools/sandbox systemd';

const supervisor = '$(systemctl show -p MainPID --value ci-runner)';
const life = { limits: { bootSeconds: 20, idleSeconds: 2, jobMinutes: 0.2 }, lifeSeconds: 34 };
const stays = 'sleep 99';

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
