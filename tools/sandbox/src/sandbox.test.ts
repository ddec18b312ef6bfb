import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { findHost } from './machine/machine-folder.mjs';
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
import { awaitEnd, runningMachine, tryMachine } from './trial.js';

const pools = [{ instanceType: 't3.small', subnet: 'subnet-1', market: 'spot' as const }];
const staysUp = '#!/bin/bash\necho "user-data ran" >/dev/console\nsleep 600\n';
const request = (name: string, userData = staysUp) => ({ name, pools, userData, tags: { 'tinqs-ci': 'true', 'tinqs-ci:name': name } });

/** A sandbox with a folder of its own; its machines are gone afterwards. */
async function withSandbox(test: (sandbox: Sandbox, stateDir: string) => Promise<void>, options: Partial<SandboxOptions> = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), 'tinqs-ci-sandbox-'));
  const sandbox = createSandbox({ stateDir, diskMiB: 64, ...options });
  try {
    await test(sandbox, stateDir);
  } finally {
    for (const { instanceId } of await sandbox.list()) {
      await sandbox.terminate(instanceId);
      await awaitEnd(sandbox, instanceId, 20);
    }
    rmSync(stateDir, { recursive: true, force: true });
  }
}

async function launched(sandbox: Sandbox, name: string, userData?: string): Promise<string> {
  const outcome = await sandbox.launch(request(name, userData));
  if (outcome.kind !== 'launched') throw new Error(outcome.sentence);
  return outcome.instanceId;
}

const stateOf = async (sandbox: Sandbox, instanceId: string) => (await sandbox.list()).find((each) => each.instanceId === instanceId)?.state;

describeMachines('a sandbox', (it) => {
  it('launches a name once, however often and from however many sides it is asked', () =>
    withSandbox(async (sandbox, stateDir) => {
      const other = createSandbox({ stateDir, diskMiB: 64 });
      const ids = await Promise.all([sandbox, other, sandbox, other, sandbox].map((each) => launched(each, 'one')));
      const machine = await runningMachine(sandbox, stateDir, String(ids[0]));
      await machine.sees('user-data ran');
      await sleep(1000);

      expect(new Set(ids).size).toBe(1);
      expect((await sandbox.list()).map(({ state, instanceType, market, tags }) => ({ state, instanceType, market, tags }))).toEqual([{ state: 'running', instanceType: 't3.small', market: 'spot', tags: request('one').tags }]);
      expect((await sandbox.console(machine.instanceId))?.text.match(/user-data ran/g)).toHaveLength(1);
    }));

  it('refuses a launched name with other user-data, and one whose machine is over, as EC2 does', () =>
    withSandbox(async (sandbox) => {
      const instanceId = await launched(sandbox, 'one');

      expect(await sandbox.launch(request('one', `${staysUp}#`))).toMatchObject({ kind: 'refused', code: 'IdempotentParameterMismatch', permanent: true });

      await sandbox.terminate(instanceId);
      await awaitEnd(sandbox, instanceId, 20);

      expect(await sandbox.launch(request('one'))).toMatchObject({ kind: 'refused', code: 'IdempotentInstanceTerminated', permanent: true });
    }));

  it('has machines that outlive a SIGKILL of the whole process group that launched them, and are found by their tags', () =>
    withSandbox(async (sandbox, stateDir) => {
      const script = `import { createSandbox } from ${JSON.stringify(new URL('sandbox.ts', import.meta.url).href)};
        await createSandbox(${JSON.stringify({ stateDir, diskMiB: 64 })}).launch(${JSON.stringify(request('survivor'))});
        console.log('launched'); setInterval(() => undefined, 1000);`;
      const parent = spawn(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', '--input-type=module', '-e', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => parent.stdout.once('data', resolve));
      process.kill(-Number(parent.pid), 'SIGKILL');
      await new Promise((resolve) => parent.once('close', resolve));

      const [found, ...more] = await sandbox.list({ tags: { 'tinqs-ci:name': 'survivor' } });
      const machine = await runningMachine(sandbox, stateDir, String(found?.instanceId));
      await machine.sees('user-data ran');

      expect([found?.state, more]).toEqual([expect.stringMatching(/pending|running/), []]);
      expect(await stateOf(sandbox, machine.instanceId)).toBe('running');
      expect(await sandbox.terminate(machine.instanceId)).toEqual({ kind: 'ending' });
      expect((await awaitEnd(sandbox, machine.instanceId, 20))?.stateReason?.code).toBe('Client.UserInitiatedShutdown');
    }));

  it('goes on with a launch that was cut short between its record and its start', () =>
    withSandbox(async (sandbox, stateDir) => {
      const machines = join(stateDir, 'machines');
      const instanceId = await launched(sandbox, 'one');
      await sandbox.terminate(instanceId);
      await awaitEnd(sandbox, instanceId, 20);
      for (const file of readdirSync(join(machines, instanceId)).filter((name) => name !== 'machine.json')) rmSync(join(machines, instanceId, file), { recursive: true });
      writeFileSync(join(machines, instanceId, 'user-data'), staysUp, { mode: 0o700 });

      const before = await stateOf(sandbox, instanceId);
      const later = createSandbox({ stateDir, now: () => new Date(Date.now() + 60_000) });
      const unheardOf = await stateOf(later, instanceId);
      await launched(sandbox, 'one');
      await (await runningMachine(sandbox, stateDir, instanceId)).sees('user-data ran');

      expect([before, unheardOf, await stateOf(sandbox, instanceId)]).toEqual(['pending', 'terminated', 'running']);
    }));

  it('forgets machines an hour after their end, and their boot script at once', () =>
    withSandbox(async (sandbox, stateDir) => {
      const instanceId = await launched(sandbox, 'one', '#!/bin/bash\npoweroff\n');
      await awaitEnd(sandbox, instanceId, 20);
      const folder = join(stateDir, 'machines', instanceId);

      expect(existsSync(join(folder, 'user-data'))).toBe(false);
      expect(await sandbox.list({ tags: {}, states: ['running'] })).toEqual([]);
      expect(await createSandbox({ stateDir, now: () => new Date(Date.now() + 3_590_000) }).list()).toHaveLength(1);
      expect(await createSandbox({ stateDir, now: () => new Date(Date.now() + 3_610_000) }).list()).toEqual([]);
      expect(existsSync(folder)).toBe(false);
    }));

  it('does not take another process for the machine whose pid it got', () =>
    withSandbox(async (sandbox, stateDir) => {
      const instanceId = await launched(sandbox, 'one', '#!/bin/bash\npoweroff\n');
      await awaitEnd(sandbox, instanceId, 20);
      const copy = join(stateDir, 'machines', 'i-copy');
      cpSync(join(stateDir, 'machines', instanceId), copy, { recursive: true });
      rmSync(join(copy, 'end.json'));
      writeFileSync(join(copy, 'host.json'), JSON.stringify({ pid: process.pid, started: '1' }));

      expect(findHost(copy).alive).toBe(false);
      expect(await stateOf(sandbox, instanceId)).toBe('terminated');
    }));

  it('shows a machine that could not be started as ended, with the cause on its console', () => {
    const runner = join(tmpdir(), `tinqs-ci-no-runner-${process.pid}`);
    writeFileSync(runner, '');
    return withSandbox(async (sandbox) => {
      rmSync(runner);
      const instanceId = await launched(sandbox, 'one');
      const ended = await awaitEnd(sandbox, instanceId, 20);

      expect(ended?.stateReason?.code).toBe('Client.InternalError');
      expect((await sandbox.console(instanceId))?.text).toContain('the machine could not be started');
    }, { runner });
  });

  it('says of unknown machines that they are unknown', () =>
    withSandbox(async (sandbox) => {
      expect(await sandbox.terminate('i-none')).toEqual({ kind: 'not-found' });
      expect(await sandbox.console('i-none')).toBeUndefined();
      await expect(sandbox.launch({ ...request('one'), pools: [] })).rejects.toThrow(/names no pool/);
    }));

  it('keeps the host out of sight and out of reach of a machine', async () => {
    const witness = `/etc/tinqs-ci-sandbox-${process.pid}`;
    const machine = await tryMachine({
      runner: 'online; sleep 30',
      during: async ({ asRoot, sees }) => {
        await sees('runner online');
        const shown = asRoot(`hostname; touch ${witness}; ls -A /root /home /mnt ${tmpdir()} ${process.cwd()} 2>&1 | sed 's/^/seen: /'; ls /proc | grep -c '^[0-9]'; ls /dev; cat /etc/resolv.conf
          mknod /tmp/disk b 8 0 2>&1; mount -t tmpfs x /mnt 2>&1; echo 1 >/proc/sys/kernel/panic; curl -s -m 2 http://127.0.0.1:4680/ || echo closed`);

        expect(shown).toMatch(/^i-[0-9a-f]{17}\n/);
        expect(shown).not.toMatch(/seen: (package\.json|src|tinqs-ci-sandbox-\w+)$/m);
        expect(shown).toContain('Operation not permitted');
        expect(shown).toMatch(/mount: .*permission denied|must be superuser/);
        expect(shown).toContain('closed');
        expect(shown).not.toMatch(/^(sda|vda|nvme|kmsg|mem|loop0)$/m);
        expect(Number(/^\d+$/m.exec(shown)?.[0])).toBeLessThan(20);
      },
      limit: 12,
    });

    expect(machine.inTime).toBe(true);
    expect(existsSync(witness)).toBe(false);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain('tinqs-ci-sandbox');
  });
});
