import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { LIMITS, type LauncherPort } from '@tinqs/fleet';
import { ConfigError, createLauncherPort, createParameterReader, type Environment, type InstallationConfig, type LauncherPortOptions, type MachineSettings } from '@tinqs/installation';
import { createSandbox, sandboxProblem } from '@tinqs/sandbox';
import { createSpotLauncher } from '@tinqs/spot-launcher';
import { nothingLauncher } from './nothing-launcher.js';
import { remoteSimulator } from './surroundings.js';

export interface OpenedLauncher {
  readonly launcher: (machine: MachineSettings) => LauncherPort;
  readonly notices: readonly string[];
}

/** Where the machines of a real Gitea's jobs come from: EC2, namespaces of this host, a simulator elsewhere, or nowhere. */
export async function openLauncher(kind: string, config: InstallationConfig, environment: Environment, options: { readonly store: string; readonly now: () => number }): Promise<OpenedLauncher> {
  const { now } = options;
  switch (kind) {
    case 'ec2': {
      const ec2 = new EC2Client({ maxAttempts: 1 });
      const launcher = createSpotLauncher({ ec2, now: () => new Date(now()), launchMs: LIMITS.launchLoop });
      const rootDeviceName = async (imageId: string) => (await launcher.describeImage(imageId))?.rootDeviceName;
      return { launcher: (settings) => createLauncherPort({ launcher, settings, readParameter: createParameterReader(), rootDeviceName, now }), notices: [] };
    }
    case 'sandbox': {
      const runner = environment['SANDBOX_RUNNER'];
      const problem = runner === undefined || runner === '' ? 'SANDBOX_RUNNER: missing: the path of an act_runner' : await sandboxProblem();
      if (problem !== undefined) throw new ConfigError([problem]);
      const gitea = new URL(config.GITEA_URL);
      const port = Number(gitea.port || (gitea.protocol === 'https:' ? 443 : 80));
      const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(gitea.hostname);
      const sandbox = createSandbox({ stateDir: join(options.store, 'sandbox'), runner: runner!, ...(isHere ? { loopbackPorts: [port] } : { egressPorts: [22, 53, 80, 443, port] }) });
      const launcher: LauncherPortOptions['launcher'] = { ...sandbox, launch: (request) => sandbox.launch(request) as unknown as ReturnType<LauncherPortOptions['launcher']['launch']>, list: async (query) => sandbox.list(query) as ReturnType<LauncherPortOptions['launcher']['list']>, terminate: async (instanceId) => (await sandbox.terminate(instanceId)) as Awaited<ReturnType<LauncherPortOptions['launcher']['terminate']>> };
      return { launcher: (settings) => createLauncherPort({ launcher, settings: { ...settings, ami: 'ami-sandbox' }, readParameter: createParameterReader(), now }), notices: ['machines are Linux namespaces of this host: for trying, not for isolating strangers’ jobs'] };
    }
    case 'simulator': {
      const url = environment['SIMULATOR_URL'];
      if (url === undefined || !URL.canParse(url)) throw new ConfigError(['SIMULATOR_URL: missing: the address of a simulated EC2']);
      return { launcher: remoteSimulator(url, now), notices: ['machines are simulated'] };
    }
    default:
      return { launcher: nothingLauncher, notices: ['LAUNCHER is not set, so no machine is launched: jobs are seen and their runners registered, then deleted again. LAUNCHER=sandbox runs them on this host, LAUNCHER=ec2 on EC2'] };
  }
}
