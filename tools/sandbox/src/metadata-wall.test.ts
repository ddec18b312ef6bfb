import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { tryMachine, type RunningMachine, type Trial } from './trial.js';

const addresses = existsSync('/proc/net/if_inet6') ? ['169.254.169.254', '[fd00:ec2::254]'] : ['169.254.169.254'];
const ASK = `for address in ${addresses.map((address) => `'${address}'`).join(' ')}; do
  echo "\${1:-job} $address $(curl -gs -m 10 -o /dev/null -w '%{http_code}' -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://$address/latest/api/token)"
done`;
/** What `asker` must have heard from every address. */
const heard = (asker: string, status: string) => addresses.map((address) => `${asker} ${address} ${status}`);
const runner = `online; task; ask() { ${ASK}; }; ask; sleep 9; exit 0`;
const limits = { limits: { bootSeconds: 20, idleSeconds: 4, jobMinutes: 1 }, lifeSeconds: 200 };
const broken = (...commands: string[]) => ({ files: Object.fromEntries(commands.map((name) => [`/usr/local/sbin/${name}`, '#!/bin/bash\nexit 1\n'])) });

async function askAsRoot(trial: Omit<Trial, 'runner' | 'limit' | 'during'>, more: (machine: RunningMachine) => Promise<void> = async () => undefined) {
  let root = '';
  const machine = await tryMachine({
    ...trial,
    runner,
    limit: 30,
    during: async (running) => {
      await running.sees('job started');
      root = running.asRoot(`ask() { ${ASK}; }; ask root`);
      await more(running);
    },
  });
  return { ...machine, root };
}

describeMachines('instance metadata is', (it) => {
  it('closed to the job and to root, in both families, but open to the Spot watch', async () => {
    const { console, root } = await askAsRoot({ settings: limits }, async ({ sandbox, instanceId }) => sandbox.interrupt(instanceId));

    for (const line of heard('job', '000')) expect(console).toContain(line);
    expect(root.trim().split('\n')).toEqual(heard('root', '000'));
    expect(console).toContain('Spot notice: this machine ends within two minutes');
  });

  it('open to classes with an instance profile', async () => {
    const { console, root } = await askAsRoot({ settings: { ...limits, metadataWall: false } });

    for (const line of heard('job', '200')) expect(console).toContain(line);
    expect(root.trim().split('\n')).toEqual(heard('root', '200'));
  });

  it('closed by a route where iptables does not work, to the Spot watch too', async () => {
    const { console, root } = await askAsRoot({ settings: limits, sandbox: broken('iptables', 'ip6tables') });

    for (const line of heard('job', '000')) expect(console).toContain(line);
    expect(root.trim().split('\n')).toEqual(heard('root', '000'));
  });

  it('never left open: a machine that cannot close it serves no job', async () => {
    const machine = await tryMachine({ runner, sandbox: broken('iptables', 'ip'), limit: 5 });

    expect(machine.inTime).toBe(true);
    expect(machine.console).toContain('cannot close instance metadata');
    expect(machine.console).not.toContain('job 169');
  });
});
