// Runs in a machine's own network: makes every address local, listens on the ports that lead out, hands the listeners
// to its parent, and stays only to keep the network until the machine is in it. usage (forked): doorway.mjs PORT…
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/** @param {string[]} args */
function ip(...args) {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  return status === 0 ? '' : `ip ${args.join(' ')}: ${stderr.trim()}`;
}

/**
 * Every address is local (the kernel looks for those in the table of that name only), reached from the machine's own
 * one: a refusal has to find its way back. The main table, where a machine may close addresses, is asked first.
 * @param {string} own @param {string} all @param {string[]} family
 */
const ownEvery = (own, all, ...family) =>
  ip(...family, 'address', 'add', own, 'dev', 'lo') ||
  ip(...family, 'route', 'add', 'local', all, 'dev', 'lo', 'src', String(own.split('/')[0])) ||
  // For IPv6 the kernel has put its own addresses there, where they would no longer be found local.
  ip(...family, 'route', 'flush', 'table', 'main') ||
  ip(...family, 'rule', 'add', 'pref', '40000', 'lookup', 'local') ||
  ip(...family, 'rule', 'del', 'pref', '0');

const problem = ip('link', 'set', 'lo', 'up') || ownEvery('192.0.2.2/32', '0.0.0.0/0');
if (problem !== '') throw new Error(problem);
// On a host without IPv6 a machine has none either.
const any = ownEvery('2001:db8::2/128', '::/0', '-6') === '' ? '::' : '0.0.0.0';

for (const port of process.argv.slice(2).map(Number)) {
  const server = createServer();
  server.listen(port, any, () => process.send?.({ port }, server, undefined, () => server.close()));
}
process.on('disconnect', () => process.exit(0));
// Closing the listeners must not end the process: the network lives as long as it does.
setInterval(() => undefined, 60_000);
