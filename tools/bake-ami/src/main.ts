import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ConfigError } from '@tinqs/installation';
import { createSpotLauncher } from '@tinqs/spot-launcher';
import { runCommand } from './run-command.js';
import { readSettings, usage } from './settings.js';
import { readWorkspace } from './workspace.js';
import type { World } from './world.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
const root = fileURLToPath(new URL('../../..', import.meta.url));

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2), process.env);
  const workspace = await readWorkspace(root, process.env);
  const { region } = settings;
  const ec2 = new EC2Client({ region });
  const sleep: World['sleep'] = async (ms, signal) => {
    await pause(ms, undefined, signal === undefined ? {} : { signal });
  };
  // The first signal ends what was launched, and then the process; a second one would leave machines to their timers.
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());
  const world: World = { ec2, ssm: new SSMClient({ region }), launcher: createSpotLauncher({ ec2, now: () => new Date() }), now: Date.now, sleep, stop: interrupted.signal, say: (line) => process.stderr.write(`${line}\n`) };
  return runCommand({ settings, workspace, world, run: randomUUID().replaceAll('-', '').slice(0, 12), print: (text) => process.stdout.write(`${text}\n`) });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n${usage}\n`);
  process.exitCode = 2;
}
