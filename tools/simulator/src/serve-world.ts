/**
 * A world in a process of its own, on loopback and in real time; it survives a SIGKILL of whoever talks to it, and
 * of itself. Usage: node --conditions=@tinqs/source --import tsx serve-world.ts '<JSON of ServeWorldOptions>'
 * Its first line on stdout is JSON: { gitea, ec2, pid, resumed }. SIGTERM ends it.
 */
import { demoScript } from './demo/demo-script.js';
import type { GiteaVersion } from './gitea/gitea-version.js';
import { serveEc2 } from './http/serve-ec2.js';
import { serveGitea } from './http/serve-gitea.js';
import { openJournal } from './journal/journal.js';
import type { Misbehaviour } from './world/misbehaviour.js';
import { runInRealTime } from './world/real-time.js';
import { DEMO_TIMING, scaleTiming } from './world/timing.js';

interface ServeWorldOptions {
  readonly folder: string;
  readonly gitea: GiteaVersion;
  readonly seed?: number;
  readonly speed?: number;
  readonly demo?: boolean;
  readonly giteaPort?: number;
  readonly ec2Port?: number;
  readonly misbehaviour?: Partial<Misbehaviour>;
}

async function main(text: string | undefined): Promise<void> {
  if (text === undefined) throw new RangeError(`usage: serve-world.ts '{"folder": "/tmp/world", "gitea": "1.26", "demo": true}'`);
  const { folder, gitea, seed = 1, speed = 1, demo = false, giteaPort = 0, ec2Port = 0, misbehaviour = {} } = JSON.parse(text) as ServeWorldOptions;
  const now = Date.now;
  const timing = scaleTiming(DEMO_TIMING, speed);
  const { world, resumed, close } = openJournal({ folder, now, world: { seed, gitea, timing, misbehaviour, ...(demo ? { script: demoScript({ speed }) } : {}) } });
  const giteaServer = await serveGitea({ world, port: giteaPort, now });
  const ec2Server = await serveEc2({ world, port: ec2Port, now });
  const realTime = runInRealTime({ world, now, root: giteaServer.url });
  process.stdout.write(`${JSON.stringify({ gitea: giteaServer.url, ec2: ec2Server.url, pid: process.pid, resumed })}\n`);
  process.once('SIGTERM', () => {
    void (async () => {
      await realTime.stop();
      await Promise.all([giteaServer.close(), ec2Server.close()]);
      close();
    })();
  });
}

await main(process.argv[2]);
