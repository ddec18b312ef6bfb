import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LauncherPort } from '@tinqs/fleet';
import { ConfigError, loadConfig, userDataOf, type Environment, type InstallationConfig, type MachineSettings } from '@tinqs/installation';
import { connectEc2, DEMO_REPOSITORY, DEMO_TIMING, demoScript, localEc2, openJournal, runInRealTime, scaleTiming, serveGitea, simulatedLauncher } from '@tinqs/simulator';
import type { Options } from './options.js';

/** What `npm start` stands between: a Gitea and something that launches machines, real or simulated. */
export interface Surroundings {
  readonly mode: 'demo' | 'gitea';
  readonly config: InstallationConfig;
  readonly secrets: readonly string[];
  readonly launcher: (machine: MachineSettings) => LauncherPort;
  readonly notices: readonly string[];
  /** The server listens now: a simulated Gitea is told where. */
  begin(webhook: string, onInstanceEnd: (instanceId: string) => void): Promise<void>;
  end(): Promise<void>;
}

/** The world is real if `GITEA_URL` is set; else Gitea and EC2 are simulated, journalled beside the store, and their time goes on meanwhile. */
export async function openSurroundings(options: Options, environment: Environment, now: () => number): Promise<Surroundings> {
  return environment['GITEA_URL'] === undefined || environment['GITEA_URL'].trim() === '' ? openDemo(options, environment, now) : openReal(options, environment, now);
}

async function openDemo(options: Options, environment: Environment, now: () => number): Promise<Surroundings> {
  const { WEBHOOK_SECRET, ALLOWED_REPOSITORIES, MAX_RUNNERS } = loadConfig('demo', environment);
  const journal = openJournal({ folder: join(options.store, 'world'), now, world: { seed: options.seed, gitea: '1.25', timing: scaleTiming(DEMO_TIMING, options.speed), script: demoScript({ speed: options.speed }) } });
  const { world } = journal;
  const gitea = await serveGitea({ world, now });
  const token = randomBytes(20).toString('hex');
  world.do('addToken', { token, login: 'tinqs-ci', scopes: ['all'], admin: true });
  const secrets = WEBHOOK_SECRET ?? [randomBytes(16).toString('hex')];
  let clock: { stop(): Promise<void> } | undefined;
  const ec2 = localEc2(world, { now });
  return {
    mode: 'demo',
    config: { GITEA_URL: gitea.url, GITEA_TOKEN: token, RUNNER_SCOPE: 'repository', ALLOWED_REPOSITORIES: [...new Set([...(ALLOWED_REPOSITORIES ?? []), DEMO_REPOSITORY])], MAX_RUNNERS, SUBNET: ['subnet-a', 'subnet-b'] },
    secrets,
    launcher: (machine) => simulatedMachines(machine, ec2, now),
    notices: [],
    async begin(webhook, onInstanceEnd) {
      world.do('setHooks', { hooks: [{ url: webhook, secret: secrets[0]!, events: ['push', 'create', 'delete', 'pull_request', 'repository', 'workflow_job'] }] });
      clock = runInRealTime({
        world,
        now,
        root: gitea.url,
        onInstanceEvent: ({ detail }) => {
          if (detail.state === 'terminated' || detail.state === 'running') onInstanceEnd(detail['instance-id']);
        },
      });
    },
    async end() {
      await clock?.stop();
      await gitea.close();
      journal.close();
    },
  };
}

async function openReal(options: Options, environment: Environment, now: () => number): Promise<Surroundings> {
  const kind = environment['LAUNCHER']?.trim() ?? '';
  if (!['', 'ec2', 'sandbox', 'simulator'].includes(kind)) throw new ConfigError([`LAUNCHER: expected ec2, sandbox or simulator`]);
  const config = kind === 'ec2' ? loadConfig('standalone-ec2', environment) : { ...loadConfig('standalone', environment), SUBNET: ['subnet-a'] };
  // Loaded late: the demo needs neither EC2 nor namespaces.
  const { openLauncher } = await import('./launchers.js');
  const { launcher, notices } = await openLauncher(kind, config, environment, { store: options.store, now });
  return { mode: 'gitea', config, secrets: config.WEBHOOK_SECRET, launcher, notices, begin: async () => undefined, end: async () => undefined };
}

function simulatedMachines(machine: MachineSettings, ec2: Parameters<typeof simulatedLauncher>[0]['ec2'], now: () => number): LauncherPort {
  const launcher = simulatedLauncher({ ec2, installation: machine.installation, now, subnets: machine.subnets });
  // The boot script is rendered all the same: what cannot be rendered must not look launched.
  return { ...launcher, launch: async (order) => ((await userDataOf(order, machine)).length > 0 ? launcher.launch(order) : { kind: 'refused', code: 'EmptyUserData', sentence: 'the boot script is empty', remedy: 'build the workspace again', permanent: true, tried: [] }) };
}

export function remoteSimulator(url: string, now: () => number): (machine: MachineSettings) => LauncherPort {
  return (machine) => simulatedMachines(machine, connectEc2(url), now);
}
