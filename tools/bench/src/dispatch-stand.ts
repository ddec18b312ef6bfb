import { dispatchBatch, createOnce, type DispatchTools, type QueuedMessage } from '@tinqs/dispatcher';
import { createController } from '@tinqs/fleet';
import { composeInstallation, createLauncherPort, createLogger, parseRunnerClasses, type QueueMessage } from '@tinqs/installation';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { createSpotLauncher, type SpotLauncherOptions } from '@tinqs/spot-launcher';
import { counting } from './counting.js';
import { receive, startJobSource, type Delivered, type JobSource } from './job-source.js';

const CLASSES = 'go: { instanceTypes: [t3.small, t3a.small], limits: { concurrent: 1000 } }\n';

/** Webhook and dispatch as they are deployed, warm: a Gitea on loopback, a table in memory, an EC2 that answers at once, no pacing. */
export interface DispatchStand extends Pick<JobSource, 'queueJobs' | 'end'> {
  /** Receives them all at once and dispatches them in one batch, as the queue hands them out; milliseconds until every machine was asked for. */
  readonly serve: (deliveries: readonly Delivered[]) => Promise<number>;
  /** What left the process, in order, since it was asked the last time. */
  readonly takeCalls: () => readonly string[];
}

export async function startDispatchStand(): Promise<DispatchStand> {
  const calls: string[] = [];
  const now = Date.now;
  const gitea = await startJobSource();
  const waiting: QueuedMessage[] = [];
  const send = async (message: QueueMessage) => {
    calls.push('SendMessage');
    waiting.push({ id: `m${waiting.length}`, message });
  };
  let launchedAt = 0;
  let machines = 0;
  const ec2 = {
    send: async () => {
      calls.push('RunInstances');
      launchedAt = performance.now();
      machines += 1;
      return { Instances: [{ InstanceId: `i-${String(machines).padStart(17, '0')}`, Placement: { AvailabilityZone: 'eu-west-1a' } }] };
    },
  } as unknown as SpotLauncherOptions['ec2'];
  const spot = createSpotLauncher({ ec2, now: () => new Date(), launchRate: 'unlimited' });
  const config = { GITEA_URL: gitea.url, GITEA_TOKEN: 'token', RUNNER_SCOPE: 'repository' as const, ALLOWED_REPOSITORIES: ['acme/*'], MAX_RUNNERS: 1_000, RUNNER_AMI: 'ami-0123456789abcdef0', SUBNET: ['subnet-a', 'subnet-b'], SECURITY_GROUP: ['sg-1'] };
  const { ports, settings } = composeInstallation(config, {
    installation: 'bench',
    classes: parseRunnerClasses(CLASSES),
    store: counting(createMemoryRunStore({ now }), (name) => void calls.push(name)),
    queue: { send, knock: async () => undefined },
    launcher: (machine) => createLauncherPort({ launcher: spot, settings: machine, readParameter: async () => '', now }),
    readParameter: async () => '',
    fetch: async (url, init) => {
      calls.push(new URL(String(url)).pathname);
      return fetch(url, init as RequestInit);
    },
    log: createLogger(() => undefined, now),
    now,
  });
  const nothing = async () => ({ scopes: [], sentence: '' });
  const tools: DispatchTools = { controller: createController(ports, settings), ports, settings, source: 'workflow_job', once: createOnce(), planner: { plan: nothing, settle: nothing, look: async () => undefined } };

  return {
    queueJobs: gitea.queueJobs,
    end: gitea.end,
    async serve(deliveries) {
      const from = performance.now();
      const before = machines;
      await Promise.all(deliveries.map((delivery) => receive(delivery, send)));
      const failed = await dispatchBatch(waiting.splice(0), tools);
      if (failed.length > 0 || machines - before !== deliveries.length) throw new Error(`expected ${deliveries.length} machines, got ${machines - before}`);
      return launchedAt - from;
    },
    takeCalls: () => calls.splice(0),
  };
}
