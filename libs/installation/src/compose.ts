import type { FleetPorts, FleetSettings, LauncherPort, RunnerClass, ScopeKind } from '@tinqs/fleet';
import { createGiteaClient, type GiteaClient, type GiteaClientOptions } from '@tinqs/gitea-client';
import type { RunStore } from '@tinqs/run-store';
import { createCallerCheck } from './caller.js';
import { createGitHosts } from './git-hosts.js';
import { createGiteaPort } from './gitea-port.js';
import type { MachineSettings } from './launcher-port.js';
import type { Logger } from './logger.js';
import { honouringRateLimit } from './rate-limit.js';
import { createSecretValue, type ReadParameter } from './secrets.js';
import { createServerFacts } from './server-facts.js';
import type { MessageQueue } from './sqs-queue.js';

/** What is demand: Gitea's jobs by whatever tells of them, `workflow_job` events alone, or what is planned from pushes. */
export type DispatchSource = 'auto' | 'workflow_job' | 'push';

/** What the owner configured, whichever app reads it. */
export interface InstallationConfig {
  readonly GITEA_URL: string;
  readonly GITEA_TOKEN: string;
  readonly RUNNER_TOKEN?: string | undefined;
  readonly RUNNER_SCOPE: ScopeKind;
  readonly DISPATCH_SOURCE?: DispatchSource | undefined;
  readonly ALLOWED_REPOSITORIES: readonly string[];
  readonly MAX_RUNNERS: number;
  readonly DAILY_BUDGET_USD?: number | undefined;
  readonly RUNNER_AMI?: string | undefined;
  readonly SUBNET?: readonly string[] | undefined;
  readonly SECURITY_GROUP?: readonly string[] | undefined;
  readonly INSTANCE_PROFILE?: string | undefined;
  readonly GIT_HOSTS?: readonly string[] | undefined;
  readonly RUNNER_GIT_TOKEN?: string | undefined;
}

/** What of the world an installation is composed with. */
export interface InstallationTools {
  readonly installation: string;
  readonly classes: readonly RunnerClass[];
  readonly store: RunStore;
  readonly queue: MessageQueue;
  /** Where machines come from: EC2 (`createLauncherPort`), the sandbox, the simulator. */
  readonly launcher: (machine: MachineSettings) => LauncherPort;
  readonly readParameter: ReadParameter;
  readonly fetch?: GiteaClientOptions['fetch'];
  readonly log: Logger;
  readonly now: () => number;
}

export interface Installation {
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly gitea: GiteaClient;
  readonly store: RunStore;
}

/** The one place where the compiler checks that the adapters fit the ports. */
export function composeInstallation(config: InstallationConfig, tools: InstallationTools): Installation {
  const { now, readParameter, log } = tools;
  const secret = (setting: string) => createSecretValue(setting, { readParameter, now });
  const token = secret(config.GITEA_TOKEN);
  const gitToken = config.RUNNER_GIT_TOKEN === undefined ? null : secret(config.RUNNER_GIT_TOKEN);
  const runnerToken = config.RUNNER_TOKEN === undefined ? null : secret(config.RUNNER_TOKEN);
  const client = createGiteaClient({ url: config.GITEA_URL, token: () => token.read(), now, ...(tools.fetch === undefined ? {} : { fetch: tools.fetch }) });
  const gitea = honouringRateLimit(forgettingOnRefusal(client, token.forget), now);
  const server = createServerFacts(() => gitea.version(), now);
  const machine: MachineSettings = {
    installation: tools.installation,
    giteaUrl: config.GITEA_URL,
    subnets: config.SUBNET ?? [],
    securityGroups: config.SECURITY_GROUP ?? [],
    ami: config.RUNNER_AMI ?? '',
    instanceProfile: config.INSTANCE_PROFILE ?? null,
    gitHosts: createGitHosts({ gitea, giteaUrl: config.GITEA_URL, named: config.GIT_HOSTS, log, now }),
    gitToken: async () => gitToken?.read() ?? null,
    singleShotClaim: async () => (await server()).singleShotClaim,
  };
  return {
    gitea,
    store: tools.store,
    settings: { installation: tools.installation, classes: tools.classes, scopeKind: config.RUNNER_SCOPE, maxRunners: config.MAX_RUNNERS, subnets: config.SUBNET ?? [], dailyBudget: config.DAILY_BUDGET_USD ?? null },
    ports: {
      store: tools.store,
      gitea: createGiteaPort({ client: gitea, now, allowedRepositories: config.ALLOWED_REPOSITORIES, registrationToken: runnerToken === null ? null : () => runnerToken.read(), isCaller: createCallerCheck(gitea), log }),
      launcher: tools.launcher(machine),
      queue: tools.queue,
      log,
      now,
      server,
    },
  };
}

/** A token that Gitea refuses may have been rotated: it is read again at the next call. */
function forgettingOnRefusal(client: GiteaClient, forget: () => void): GiteaClient {
  const watch = <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await call(...args);
      } catch (error) {
        const status = (error as { status?: unknown }).status;
        if (status === 401 || status === 403) forget();
        throw error;
      }
    };
  return Object.fromEntries(Object.entries(client).map(([name, value]) => [name, typeof value === 'function' ? watch(value as (...args: readonly unknown[]) => Promise<unknown>) : value])) as unknown as GiteaClient;
}

