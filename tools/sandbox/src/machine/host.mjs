// One machine's process on the host, a session of its own: opens its network, starts its first process, answers as its
// metadata service, keeps its console, notes its end. usage: host.mjs FOLDER
import { fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { destinationOf } from './destination.mjs';
import { claimMachine, isToEnd, readMachine, writeEnd } from './machine-folder.mjs';
import { createMetadataService } from './metadata-service.mjs';

const folder = String(process.argv[2]);
const { facts, settings } = readMachine(folder);
/** @type {import('./machine-folder.mjs').EndReason} */
let end = 'itself';
/** @type {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, import('node:stream').Readable> | undefined} */
let machine;
let finished = false;
let forgotten = 0;
const CONSOLE_LIMIT_BYTES = 4_194_304;
// Before the claim, so that whoever finds this process can end it.
process.on('SIGTERM', () => terminate('outside'));
process.on('SIGUSR2', () => setTimeout(() => terminate('spot'), Math.max(0, Date.parse(spotNotice()?.time ?? '') - Date.now())));
if (!claimMachine(folder)) process.exit(0);

const spotFile = join(folder, 'spot.json');
const spotNotice = () => (existsSync(spotFile) ? JSON.parse(readFileSync(spotFile, 'utf8')) : undefined);
const metadata = createMetadataService(facts, spotNotice);
const consoleFile = join(folder, 'console.log');
const log = createWriteStream(consoleFile, { flags: 'a', mode: 0o600 });
const group = makeGroup();

const ports = [...new Set([80, ...settings.egressPorts, ...settings.loopbackPorts])];
const doorway = fork(new URL('doorway.mjs', import.meta.url), ports.map(String), { execPath: 'unshare', execArgv: ['--net', '--', process.execPath], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
let open = 0;
doorway.on('message', (_message, handle) => {
  const server = /** @type {import('node:net').Server & { allowHalfOpen: boolean }} */ (handle);
  server.allowHalfOpen = true;
  server.on('connection', passOn);
  open += 1;
  if (open === ports.length) startMachine();
});
doorway.on('exit', () => {
  if (open < ports.length) finish('its network could not be made: `unshare --net` or `ip` failed');
});

/** @param {import('node:net').Socket} socket */
function passOn(socket) {
  socket.on('error', () => socket.destroy());
  const destination = destinationOf({ address: socket.localAddress ?? '', port: socket.localPort ?? 0 }, settings.loopbackPorts);
  if (destination === 'metadata') return void metadata.emit('connection', socket);
  if (destination === 'closed') return void socket.resetAndDestroy();
  const outside = connect({ ...destination, allowHalfOpen: true });
  outside.on('error', () => socket.resetAndDestroy());
  socket.on('close', () => outside.destroy());
  socket.pipe(outside).pipe(socket);
}

function startMachine() {
  if (isToEnd(folder)) return void terminate('outside');
  // Whatever ends this process ends the machine: the kernel sees to it.
  machine = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'bash', new URL('enter.sh', import.meta.url).pathname, `/proc/${doorway.pid}/ns/net`, group], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      MACHINE_DIR: folder,
      MACHINE_NAME: facts.instanceId,
      RUNNER: settings.runner ?? '',
      DISK_MIB: String(settings.diskMiB),
      HIDE: settings.hide.join('\n'),
      NAME_SERVERS: nameServers().join('\n'),
    },
  });
  machine.stdin.on('error', () => undefined);
  machine.stdout.on('data', keep);
  // Its init says that it is up: the network lives in it from here on.
  machine.stdout.once('data', () => doorway.connected && doorway.disconnect());
  machine.stderr.on('data', keep);
  machine.on('error', (error) => finish(String(error)));
  // Its init ends with 0, or by a signal (a reboot is one); anything else is root.sh's failure.
  machine.on('close', (code) => finish(code ? 'the machine could not be started' : undefined));
}

/** @param {import('./machine-folder.mjs').EndReason} reason */
function terminate(reason) {
  end = reason;
  if (machine === undefined) return void finish();
  machine.stdin.write('terminate\n');
  setTimeout(() => machine?.kill('SIGKILL'), 5000).unref();
}

/** What a machine prints is its own affair: the file starts anew before it fills the host's disk. @param {Buffer} text */
function keep(text) {
  if (log.bytesWritten - forgotten > CONSOLE_LIMIT_BYTES) {
    truncateSync(consoleFile);
    forgotten = log.bytesWritten;
  }
  log.write(text);
}

/** @param {string} [problem] */
function finish(problem) {
  if (finished) return;
  finished = true;
  if (problem !== undefined) log.write(`[host] ${problem}\n`);
  log.end(async () => {
    rmSync(join(folder, 'user-data'), { force: true });
    if (group !== '') await removeGroup();
    writeEnd(folder, problem === undefined ? end : 'start-failed');
    process.exit(0);
  });
}

/** A control group of the machine's own, where the host has cgroup2. */
function makeGroup() {
  const mount = readFileSync('/proc/self/mounts', 'utf8').split('\n').map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1];
  if (mount === undefined) return '';
  // By folder as well: a namesake of another installation may be on its way out, and removes its own.
  const path = join(mount, 'tinqs-ci-sandbox', `${facts.instanceId}-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`);
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch {
    return '';
  }
}

/** A process on its way out still counts as a member for a moment. */
async function removeGroup() {
  for (let tries = 0; tries < 20 && existsSync(group); tries += 1) {
    for (const path of [join(group, 'ci-watch'), join(group, 'ci-job'), group]) {
      try {
        rmdirSync(path);
      } catch {
        // Never made, gone already, or not yet empty: looked at again.
        continue;
      }
    }
    await sleep(50);
  }
}

function nameServers() {
  const lines = readFileSync('/etc/resolv.conf', 'utf8').matchAll(/^nameserver\s+(\S+)/gm);
  return [...lines].map(([, server]) => String(server)).slice(0, 3);
}
