import { setTimeout as sleep } from 'node:timers/promises';
import { renderUserData } from '@tinqs/userdata-renderer';
import { trialSettings, type Trial } from './trial.js';

/** What goes wrong on a machine, what is really done to it, and what its console must then show. */
export interface FaultRow extends Trial {
  readonly fault: string;
  readonly shows: readonly (string | RegExp)[];
  readonly never?: readonly (string | RegExp)[];
  /** EC2's reason of the end; by default the machine powers itself off. */
  readonly reason?: string;
}

const shortBoot = { limits: { bootSeconds: 5, idleSeconds: 5, jobMinutes: 0.5 } };
const shortJob = { limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 0.1 } };
const JOB_ENDED = 'after its job';
const STARTS = /(^start$[^]*){2}/m;
/** A machine's only network is its own, and whatever lies outside is reached through it; the metadata service stands for Gitea. */
const CALL = '(exec 3<>/dev/tcp/169.254.169.254/80)';
const CUT = 'ip rule add pref 1 unreachable; ip -6 rule add pref 1 unreachable';
const MEND = 'ip rule del pref 1; ip -6 rule del pref 1';
/** A job that has to be reported. */
const REPORTS = `online; task; sleep 3; until ${CALL}; do sleep 1; done; exit 0`;
/** Done before the boot script's first command, which is a mkdir. */
const first = (body: string) => stub('/usr/local/sbin/mkdir', `[ -e /run/first ] || { touch /run/first; ${body}; } 2>/dev/null\nexec /bin/mkdir "$@"`);
const lineOf = (command: string) => 1 + renderUserData(trialSettings).split('\n').findIndex((line) => line.includes(`${command} `));
const stub = (path: string, body = 'exit 1') => ({ files: { [path]: `#!/bin/bash\n${body}\n` } });
/** One job container, until it is killed. */
const docker = stub('/usr/local/sbin/docker', 'case "$*" in ps*name=GITEA-ACTIONS-TASK-*) echo c0ffee ;; "kill c0ffee") install -m 666 /dev/null /tmp/killed ;; esac');
const pidsOf = (pattern: string) => `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -qE '^${pattern}' && echo \${p#/proc/}; done`;

export const BEFORE_THE_JOB: readonly FaultRow[] = [
  { fault: 'no job comes', runner: 'online; sleep 99', limit: 8, shows: ['runner online', 'idle limit: no job came'], never: ['job started'] },
  { fault: 'no job comes, and the runner ignores SIGTERM', runner: "online; trap '' TERM; while :; do sleep 1; done", limit: 14, shows: ['the runner ignores SIGTERM', 'idle limit'] },
  { fault: 'the runner crashes at every start', runner: 'echo start; exit 1', settings: shortBoot, limit: 10, shows: [STARTS, 'runner ended with 1 before a job', 'boot limit'] },
  { fault: 'the runner panics at every start', runner: 'echo start; exit 2', settings: shortBoot, limit: 10, shows: [STARTS, 'runner ended with 2 before a job', 'boot limit'] },
  { fault: 'Gitea answers nothing: the runner never declares itself', runner: 'echo start; sleep 99', settings: shortBoot, limit: 10, shows: ['boot limit: the runner never came online'], never: [STARTS] },
  {
    fault: 'the network comes up after the machine',
    runner: `echo start; ${CALL} || exit 1; online; task; exit 0`,
    settings: { metadataWall: false },
    sandbox: first(CUT),
    during: async ({ sees, asRoot }) => { await sees(/(ended with 1 before a job[^]*){2}/); asRoot(MEND); },
    limit: 14,
    shows: ['Network is unreachable', 'runner ended with 1 before a job', JOB_ENDED],
    never: ['boot limit'],
  },
  { fault: 'the network never comes up', runner: `echo start; ${CALL} || exit 1; online; task; exit 0`, settings: { ...shortBoot, metadataWall: false }, sandbox: first(CUT), limit: 10, shows: [STARTS, 'Network is unreachable', 'boot limit'], never: ['job started'] },
  { fault: 'there is no runner', runner: null, limit: 4, shows: ['no act_runner or gitea-runner in /usr/local/sbin'] },
  { fault: 'the runner is for another processor', runner: null, sandbox: { files: { '/usr/local/bin/gitea-runner': '\u007fELF garbage' } }, settings: shortBoot, limit: 10, shows: [/runner ended with 12[67] before a job/, 'boot limit'] },
  { fault: 'the registration is deleted while the runner waits', runner: `online; echo 'level=error msg="failed to fetch task" error="unknown: rpc error: code = Unauthenticated desc = unregistered runner"'; sleep 99`, limit: 4, shows: ['the registration is gone'], never: ['idle limit'] },
  { fault: "a proxy's 401, which is no rejection by Gitea", runner: `online; echo 'level=error msg="failed to fetch task" error="unauthenticated: 401 Unauthorized"'; sleep 99`, limit: 8, shows: ['idle limit'], never: ['the registration is gone'] },
  {
    fault: 'a job is given in the moment of the idle end',
    runner: "online; trap 'task; sleep 5; echo finished; exit 0' TERM; while :; do sleep 0.1; done",
    limit: 16,
    shows: ['job started', 'finished', JOB_ENDED],
    never: ['the runner ignores SIGTERM'],
  },
  { fault: 'a job begins, and the runner words its line in another way', runner: 'online; mkdir /home/ci/work/x; sleep 7; echo finished; exit 0', settings: { limits: { bootSeconds: 25, idleSeconds: 2, jobMinutes: 0.5 } }, limit: 12, shows: ['job started', 'finished'], never: ['idle limit'] },
  { fault: 'a job begins in a container, and the runner words its line in another way', runner: 'online; sleep 7; echo finished; exit 0', settings: { limits: { bootSeconds: 25, idleSeconds: 2, jobMinutes: 0.5 }, environment: { mode: 'image', image: 'node:22' } }, sandbox: docker, limit: 14, shows: ['job started', 'finished'], never: ['idle limit'] },
  { fault: 'a Spot notice comes before a job', runner: 'online; sleep 99', settings: { limits: { bootSeconds: 60, idleSeconds: 60, jobMinutes: 1 }, lifeSeconds: 600 }, during: ({ sandbox, instanceId }) => sandbox.interrupt(instanceId), limit: 15, shows: ['Spot notice: no job had begun'], never: ['job started'] },
];

export const IN_THE_JOB: readonly FaultRow[] = [
  { fault: 'nothing: a normal job', runner: 'online; sleep 1; task; sleep 2; exit 0', limit: 12, shows: ['job started', 'runner ended with 0 after its job'] },
  { fault: 'nothing: a job shorter than a look', runner: 'online; task; exit 0', limit: 6, shows: ['runner ended with 0 after its job'], never: ['before a job'] },
  { fault: 'the runner crashes in the job', runner: 'echo start; online; task; sleep 1; kill -SEGV $$', limit: 10, shows: ['runner ended with 139 after its job'], never: [STARTS] },
  { fault: 'the job kills its parent', runner: 'echo start; online; task; bash -c "kill -9 $PPID; kill -9 $$"; sleep 99', limit: 10, shows: ['runner ended with 137 after its job'], never: [STARTS] },
  { fault: 'the job kills all it can', runner: 'echo start; online; task; sleep 1; kill -9 -1', limit: 10, shows: [JOB_ENDED], never: [STARTS] },
  { fault: 'the job hangs, and the runner does not pass a signal on', runner: `online; task; trap : TERM; setsid bash -c "trap 'echo told to stop; exit 1' TERM; while :; do sleep 0.2; done"; echo reported a failure; exit 0`, settings: shortJob, limit: 16, shows: ['ending the job: job limit', 'told to stop', 'reported a failure'] },
  { fault: 'the job and its children ignore every signal they can', runner: `online; task; trap '' TERM INT HUP QUIT; setsid bash -c "trap '' TERM INT HUP QUIT; while :; do sleep 1; done" & while :; do sleep 1; done`, settings: shortJob, limit: 24, shows: ['ending the job: job limit'] },
  { fault: 'the job leaves daemons behind', runner: 'online; task; nohup setsid bash -c "while :; do sleep 1; done" >/dev/null 2>&1 & sleep 2; exit 0', limit: 10, shows: ['runner ended with 0 after its job'] },
  { fault: 'the job fills the disk', runner: 'online; task; sleep 2; cat /dev/zero >/home/ci/full; cat /dev/zero >/tmp/full; echo -n; exit 0', limit: 14, shows: ['job started', '[firmware] off: by the machine itself'] },
  { fault: 'the job hangs in a container', runner: 'online; task; trap "" TERM; while [ ! -e /tmp/killed ]; do sleep 0.2; done; echo container died; exit 0', settings: { ...shortJob, environment: { mode: 'image', image: 'node:22' } }, sandbox: docker, limit: 16, shows: ['ending the job: job limit', 'container died'] },
  { fault: 'the network goes away under the job and comes back', runner: REPORTS, settings: { metadataWall: false }, during: async ({ sees, asRoot }) => { await sees('job started'); asRoot(CUT); await sleep(6000); asRoot(MEND); }, limit: 8, shows: ['Network is unreachable', JOB_ENDED], never: ['ending the job'] },
  { fault: 'the network goes away under the job for good', runner: REPORTS, settings: { ...shortJob, metadataWall: false }, during: async ({ sees, asRoot }) => { await sees('job started'); asRoot(CUT); }, limit: 18, shows: ['Network is unreachable', 'ending the job: job limit'], never: [JOB_ENDED] },
  { fault: 'the job deletes what it can', runner: 'online; task; sleep 1; rm -rf /home/ci /var/lib/ci /tmp/* /run/ci 2>/dev/null; exit 0', limit: 10, shows: [JOB_ENDED] },
  { fault: 'the job ends within the time a Spot notice leaves', runner: 'online; task; sleep 9; echo finished; exit 0', settings: { limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 1 }, lifeSeconds: 200 }, during: ({ sandbox, instanceId }) => sandbox.interrupt(instanceId), limit: 20, shows: ['Spot notice: this machine', 'finished', JOB_ENDED], never: ['ending the job'] },
  { fault: 'the job does not end within that time', runner: "online; task; trap 'echo told to stop; exit 0' TERM; while :; do sleep 0.2; done", settings: { limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 5 }, lifeSeconds: 600 }, during: ({ sandbox, instanceId }) => sandbox.interrupt(instanceId, { noticeMs: 70_000 }), limit: 75, shows: ['ending the job: Spot notice', 'told to stop'], reason: 'Server.SpotInstanceTermination' },
  { fault: 'AWS takes the machine at the time of its notice', runner: 'online; task; sleep 99', settings: { limits: { bootSeconds: 25, idleSeconds: 5, jobMinutes: 5 }, lifeSeconds: 600 }, during: ({ sandbox, instanceId }) => sandbox.interrupt(instanceId, { noticeMs: 4000 }), limit: 12, shows: ['[firmware] off: from outside'], reason: 'Server.SpotInstanceTermination' },
];

const busy = 'online; task; sleep 99';
const longJob = { limits: { bootSeconds: 15, idleSeconds: 2, jobMinutes: 0.2 }, lifeSeconds: 30 };

/** Done by root, as a job with `sudo` could, or by the machine's own faults. */
export const TO_THE_MACHINE: readonly FaultRow[] = [
  { fault: 'the boot script fails', runner: 'online', sandbox: stub('/usr/local/sbin/useradd'), limit: 6, shows: [`powering off: the boot script failed in line ${lineOf('useradd')}\n`], never: ['booted:'] },
  { fault: 'the disk is full at boot', runner: 'online', sandbox: first('cat /dev/zero >/var/full; cat /dev/zero >/tmp/full'), limit: 6, shows: ['No space left on device', /powering off: the boot script failed in line \d\d/], never: ['booted:'] },
  { fault: 'the log cannot be written', runner: 'online; task; exit 0', settings: { logPath: '/proc/none/ci.log' }, limit: 8, shows: ['booted:', JOB_ENDED] },
  { fault: 'user-data runs a second time', runner: busy, settings: longJob, during: async ({ sees, asRoot }) => { await sees('job started'); asRoot('bash /run/firmware/user-data'); }, limit: 12, shows: ['powering off: this machine has booted before'] },
  { fault: 'the supervisor is killed', runner: busy, settings: longJob, during: async ({ sees, asRoot }) => { await sees('job started'); asRoot(`kill -9 $(${pidsOf('bash /run/ci/supervise')})`); }, limit: 12, shows: ['powering off: the supervisor is done'] },
  { fault: 'the supervisor is frozen', runner: busy, settings: longJob, during: async ({ sees, asRoot }) => { await sees('job started'); asRoot(`kill -STOP $(${pidsOf('bash /run/ci/supervise')})`); }, limit: 40, shows: ['job started', '[firmware] off: by the machine itself'], never: ['ending the job'] },
  {
    fault: 'the supervisor and the shell that waits for it are killed',
    runner: busy,
    settings: longJob,
    during: async ({ sees, asRoot }) => { await sees('job started'); asRoot(`kill -9 $(ps -o ppid= -p $(${pidsOf('bash /run/ci/supervise')})) $(${pidsOf('bash /run/ci/supervise')})`); },
    limit: 40,
    shows: ['job started', '[firmware] off: by the machine itself'],
    never: ['powering off'],
  },
  { fault: 'the power-off request is accepted and does nothing', runner: 'online; task; exit 0', sandbox: stub('/usr/local/sbin/systemctl', 'exit 0'), settings: { lifeSeconds: 200 }, limit: 50, shows: ['powering off: the supervisor is done', '[firmware] off: by the machine itself'] },
  { fault: 'the job reboots the machine', runner: busy, settings: longJob, during: async ({ sees, asRoot }) => { await sees('job started'); asRoot('reboot'); }, limit: 10, shows: ['[firmware] off: by the machine itself'] },
  { fault: 'the kernel goes down under the job', runner: busy, settings: longJob, during: async ({ sees, hostPid }) => { await sees('job started'); process.kill(hostPid, 'SIGKILL'); await sleep(500); }, limit: 5, shows: ['job started'], reason: 'Server.InternalError' },
  {
    fault: 'root ends every layer on it: who finds it by its tags does the rest',
    runner: busy,
    settings: { limits: { bootSeconds: 5, idleSeconds: 2, jobMinutes: 0.1 }, lifeSeconds: 13 },
    during: async ({ sandbox, sees, asRoot }) => {
      await sees('job started');
      const supervisor = `$(${pidsOf('bash /run/ci/supervise')})`;
      asRoot(`kill -9 $(ps -o ppid= -p $(${pidsOf('sleep 13')})) $(ps -o ppid= -p ${supervisor}) ${supervisor} $(${pidsOf('sleep 13')})`);
      await sleep(16_000);
      const [still] = await sandbox.list({ tags: { 'tinqs-ci': 'true' }, states: ['running'] });
      await sandbox.terminate(still?.instanceId ?? 'none is left');
    },
    limit: 6,
    shows: ['job started', '[firmware] off: from outside'],
    never: ['powering off', 'ending the job'],
    reason: 'Client.UserInitiatedShutdown',
  },
  { fault: 'somebody terminates it', runner: busy, settings: longJob, during: async ({ sandbox, instanceId, sees }) => { await sees('job started'); await sandbox.terminate(instanceId); }, limit: 6, shows: ['[firmware] off: from outside'], reason: 'Client.UserInitiatedShutdown' },
];
