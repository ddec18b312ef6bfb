import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEventPlanner, createOnce, dispatchBatch, handleWebhook, type DispatchTools, type PlanDifferences } from '@tinqs/dispatcher';
import { createController, META, reconcileInstance, sweep, type Job } from '@tinqs/fleet';
import { composeInstallation, createLogger, parseRunnerClasses, type DispatchSource, type QueueMessage } from '@tinqs/installation';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { createSimulatedWorld, deliveryBody, deliveryHeaders, localEc2, serveGitea, simulatedLauncher, wireContext, type Delivery, type GiteaVersion, type SimulatedWorld, type Timing, type WorkflowPlan } from '@tinqs/simulator';
import { workspaceRoot } from './npm-start.js';

export interface VirtualFleet {
  readonly world: SimulatedWorld;
  /** Id of the one repository, `acme/app`. */
  readonly repository: number;
  /** Lets virtual time pass, with every delivery, message and sweep that becomes due. */
  pass(ms: number): Promise<void>;
  /** A push with its workflow files and, as Gitea decides it, what it starts. */
  push(push: { readonly files: Readonly<Record<string, string | null>>; readonly branch?: string; readonly onto?: string; readonly message?: string; readonly starts: readonly WorkflowPlan[] }): { readonly after: string };
  /** The same delivery once more, as an overlapping hook or a replay sends it. */
  again(delivery: Delivery): Promise<void>;
  readonly delivered: readonly Delivery[];
  /** Names of the jobs that Gitea handed to machines, in alphabetical order. */
  served(): readonly string[];
  machines(): number;
  jobs(): Promise<readonly Job[]>;
  differences(): Promise<PlanDifferences>;
  /** Lines of JSON. */
  readonly log: readonly string[];
  end(): Promise<void>;
}

const START = Date.parse('2030-01-01T00:00:00Z');
const SWEEP_MS = 60_000;
const SECRET = 'a secret of the tests';

/** Small fast machines; deliveries as slow as measured. */
const TIMING: Partial<Timing> = { boot: [15_000, 20_000], shutdown: [2_000, 4_000], job: [20_000, 30_000] };

/**
 * The real webhook, dispatcher, sweep and Gitea client, between a simulated Gitea and EC2, in virtual time: whatever
 * waits for minutes takes milliseconds here, and the same seed is the same history.
 */
export async function startVirtualFleet(options: { readonly gitea: GiteaVersion; readonly source: DispatchSource; readonly events: readonly string[]; readonly seed?: number; readonly timing?: Partial<Timing> }): Promise<VirtualFleet> {
  const world = createSimulatedWorld({ seed: options.seed ?? 1, startedAt: START, gitea: options.gitea, timing: { ...TIMING, ...options.timing } });
  const now = () => world.now;
  world.do('addToken', { token: 'token', login: 'operator', scopes: ['all'], admin: true });
  const { id: repository } = world.do('createRepository', { fullName: 'acme/app', private: true, files: { 'README.md': '# app\n' } });
  world.do('addHook', { url: 'http://dispatcher/webhook', secret: SECRET, events: options.events });
  const server = await serveGitea({ world, now });

  const waiting: { readonly id: string; readonly message: QueueMessage; readonly dueAt: number }[] = [];
  let sent = 0;
  const send = async (message: QueueMessage, delayMs = 0): Promise<void> => {
    sent += 1;
    waiting.push({ id: `m${sent}`, message, dueAt: world.now + delayMs });
  };
  const queue = { send, knock: async (scope: Extract<QueueMessage, { kind: 'knock' }>['scope'], delayMs: number) => send({ kind: 'knock', scope }, delayMs) };
  const said: string[] = [];
  const log = createLogger((line) => void said.push(line), now);
  const classes = parseRunnerClasses(readFileSync(join(workspaceRoot, 'apps/dispatcher/runners.yml'), 'utf8'));
  const store = createMemoryRunStore({ now });
  const config = { GITEA_URL: server.url, GITEA_TOKEN: 'token', RUNNER_SCOPE: 'repository' as const, DISPATCH_SOURCE: options.source, ALLOWED_REPOSITORIES: ['acme/*'], MAX_RUNNERS: 50, SUBNET: ['subnet-a', 'subnet-b'] };
  const launcher = () => simulatedLauncher({ ec2: localEc2(world), installation: 'virtual', now });
  const { ports, settings, gitea } = composeInstallation(config, { installation: 'virtual', classes, store, queue, launcher, readParameter: async () => '', log, now });
  const controller = createController(ports, settings);
  const planner = createEventPlanner({ gitea, ports, settings, controller, source: options.source, queue });
  const tools: DispatchTools = { controller, ports, settings, planner, source: options.source, once: createOnce() };

  const delivered: Delivery[] = [];
  async function deliver(delivery: Delivery): Promise<void> {
    const body = deliveryBody(wireContext(world, server.url), delivery);
    const headers = Object.fromEntries(Object.entries(deliveryHeaders(delivery, body)).map(([name, value]) => [name.toLowerCase(), value]));
    const { status, body: text } = await handleWebhook({ method: 'POST', headers, readBody: async () => Buffer.from(body) }, { secrets: async () => [SECRET], allowedRepositories: ['acme/*'], send, log, now });
    if (status !== 202) throw new Error(`delivery answered with ${status}: ${text}`);
  }

  async function workOff(): Promise<void> {
    for (let due = waiting.filter((each) => each.dueAt <= world.now); due.length > 0; due = waiting.filter((each) => each.dueAt <= world.now)) {
      const batch = due.slice(0, 10);
      for (const each of batch) waiting.splice(waiting.indexOf(each), 1);
      const failed = await dispatchBatch(batch, tools);
      for (const each of batch) if (failed.includes(each.id)) waiting.push({ ...each, dueAt: world.now + 1_000 });
    }
  }

  let nextSweep = START + SWEEP_MS;
  async function pass(ms: number): Promise<void> {
    const until = world.now + ms;
    for (;;) {
      const next = Math.min(until, nextSweep, world.nextAt() ?? Infinity, ...waiting.map((each) => each.dueAt));
      for (const outgoing of world.advanceTo(Math.max(world.now, next))) {
        if (outgoing.kind === 'delivery') {
          delivered.push(outgoing);
          await deliver(outgoing);
        } else if (outgoing.detail.state === 'terminated' || outgoing.detail.state === 'running') await reconcileInstance(ports, settings, outgoing.detail['instance-id']);
      }
      await workOff();
      if (world.now >= nextSweep) {
        nextSweep += SWEEP_MS;
        await sweep(ports, settings);
        await workOff();
      }
      if (world.now >= until) return;
    }
  }

  return {
    world,
    repository,
    pass,
    push: ({ starts, ...push }) => world.do('push', { repository, ...push, workflows: starts }),
    async again(delivery) {
      await deliver({ ...delivery, id: `${delivery.id.slice(0, -4)}aaaa` });
      await workOff();
    },
    delivered,
    served: () => world.ledger.served.map((each) => each.name).sort(),
    machines: () => world.ledger.machines.length,
    jobs: async () => (await store.listLive()).jobs,
    differences: async () => ((await store.readMeta(META.planDifferences)) ?? { count: 0, last: [] }) as PlanDifferences,
    log: said,
    end: () => server.close(),
  };
}
