import { createController, scopeKey, scopeOf, sweep, type FleetPorts, type FleetSettings, type RunnerClass, type Scope } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { createSimulatedWorld, deliveryFact, localEc2, serverFacts, simulatedGitea, simulatedLauncher } from '@tinqs/simulator';
import { silent } from './silent.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STARTED_AT = Date.UTC(2030, 0, 1);
const CAP = 400;

const GO: RunnerClass = { id: 'go', labels: ['go'], instanceTypes: ['t3.small', 't3a.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: CAP }, market: 'spot', instanceProfile: false, sudo: false, allowedRepositories: null, rerun: true, isDefault: false };

export interface DayOptions {
  readonly jobs: number;
  readonly repositories: number;
  readonly hours: number;
  readonly seed: number;
}

export interface DayReport {
  readonly served: number;
  /** Laws that were broken, as sentences. */
  readonly broken: readonly string[];
  readonly mostMachines: number;
  readonly peakBytes: number;
}

/**
 * A day of a busy Gitea in virtual time: planner, controller, sweep and the store in memory, one delivery in twenty dropped, one
 * doubled, one in ten overtaking others. Afterwards everything must have been served once, and nothing may be left.
 */
export async function playDay({ jobs, repositories, hours, seed }: DayOptions): Promise<DayReport> {
  const world = createSimulatedWorld({ seed, startedAt: STARTED_AT, gitea: '1.26', misbehaviour: { drop: 0.05, duplicate: 0.05, reorder: 0.1 }, timing: { job: [30 * SECOND, 60 * SECOND] }, retainMs: HOUR });
  world.do('addHook', { url: 'http://dispatcher.simulated', secret: 's', events: ['workflow_job'] });
  const names = Array.from({ length: repositories }, (_, index) => `acme/app-${index + 1}`);
  for (const fullName of names) world.do('createRepository', { fullName, files: { 'README.md': 'app' } });
  const now = () => world.now;
  const settings: FleetSettings = { installation: 'day', classes: [GO], scopeKind: 'repository', maxRunners: CAP, subnets: ['subnet-a', 'subnet-b'], dailyBudget: null };
  let nextKnock = Infinity;
  const knocks = new Map<string, { readonly at: number; readonly scope: Scope }>();
  const store = createMemoryRunStore({ now });
  const ports: FleetPorts = {
    store,
    gitea: simulatedGitea(world),
    launcher: simulatedLauncher({ ec2: localEc2(world), installation: 'day', now }),
    queue: {
      knock: async (scope, delayMs) => {
        const at = world.now + delayMs;
        nextKnock = Math.min(nextKnock, at);
        knocks.set(`${scopeKey(scope)} ${at}`, { at, scope });
      },
    },
    log: silent,
    now,
    server: async () => serverFacts(world),
  };
  const controller = createController(ports, settings);

  async function workOff(): Promise<void> {
    const scopes = new Map<string, Scope>();
    for (const told of world.advanceTo(world.now)) {
      const fact = told.kind === 'delivery' ? deliveryFact(world, told) : undefined;
      if (fact === undefined) continue;
      const scope = scopeOf(settings.scopeKind, fact.repository);
      await controller.record(scope, fact);
      if (fact.status !== 'blocked') scopes.set(scopeKey(scope), scope);
    }
    if (nextKnock <= world.now) {
      nextKnock = Infinity;
      for (const [key, { at, scope }] of knocks) {
        if (at > world.now) {
          nextKnock = Math.min(nextKnock, at);
          continue;
        }
        knocks.delete(key);
        scopes.set(scopeKey(scope), scope);
      }
    }
    for (const scope of scopes.values()) await controller.serve(scope);
  }

  let [pushed, mostMachines, peakBytes] = [0, 0, 0];
  let nextSweep = STARTED_AT + 30 * SECOND;
  const end = STARTED_AT + hours * HOUR;
  const perPush = 5;
  const pushAt = (index: number) => STARTED_AT + Math.floor((index * perPush * hours * HOUR) / jobs);
  // The world forgets what has been over for an hour: what was served is kept here, by job and attempt, with the runners that had it.
  const pickups = new Map<string, { readonly runners: Set<number>; conclusion: string | null }>();
  const note = () => {
    for (const { jobId, attempt, runnerId, conclusion } of world.ledger.served) {
      const known = pickups.get(`${jobId}/${attempt}`) ?? { runners: new Set<number>(), conclusion: null };
      known.runners.add(runnerId);
      known.conclusion = conclusion;
      pickups.set(`${jobId}/${attempt}`, known);
    }
  };
  const isOver = () => pushed * perPush >= jobs && pickups.size >= jobs && alive() === 0;
  const alive = () => world.ledger.machines.reduce((count, machine) => count + (machine.terminatedAt === null ? 1 : 0), 0);

  while (!isOver() && world.now < end + 2 * HOUR) {
    const nextPush = pushed * perPush < jobs ? pushAt(pushed) : Infinity;
    const next = Math.min(world.nextAt() ?? Infinity, nextSweep, nextPush, nextKnock);
    // What comes within a second is one batch, as the queue hands it out.
    world.settle(Math.max(next, world.now) + SECOND);
    if (world.now >= nextPush) {
      world.do('push', { repository: names[pushed % names.length]!, files: { 'stamp.txt': String(pushed) }, workflows: [{ file: 'ci.yml', jobs: Array.from({ length: perPush }, (_, index) => ({ key: `job-${index}`, labels: ['go'] })) }] });
      pushed += 1;
    }
    await workOff();
    if (world.now < nextSweep) continue;
    nextSweep += MINUTE;
    await sweep(ports, settings);
    note();
    mostMachines = Math.max(mostMachines, alive());
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }

  note();
  const { machines, registrations } = world.ledger;
  const served = [...pickups.values()];
  const twice = served.filter(({ runners }) => runners.size > 1).length;
  const broken = [
    ...(served.length < jobs ? [`${jobs - served.length} jobs were never served`] : []),
    ...(twice > 0 ? [`${twice} jobs were served twice`] : []),
    ...(served.some(({ conclusion }) => conclusion !== 'success') ? ['jobs did not end well'] : []),
    ...(machines.some(({ terminatedAt }) => terminatedAt === null) ? ['machines were left'] : []),
    ...(registrations.filter(({ goneAt }) => goneAt === null).length > 0 ? ['registrations were left'] : []),
    ...(mostMachines > CAP ? [`${mostMachines} machines at once are more than ${CAP}`] : []),
  ];
  return { served: served.length, broken, mostMachines, peakBytes };
}
