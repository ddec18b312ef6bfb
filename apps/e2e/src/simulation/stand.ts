import { sweep, type Controller, type FleetPorts, type FleetSettings, type RunnerClass, type Scope, type SweepReport } from '@tinqs/fleet';
import type { RunStore } from '@tinqs/run-store';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { createSimulatedWorld, createVirtualDispatcher, type GiteaVersion, type JobPlan, type SimulatedWorld, type WorldOptions } from '@tinqs/simulator';
import { STARTED_AT } from './scenario.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

export const GO: RunnerClass = { id: 'go', labels: ['go'], instanceTypes: ['t3.small', 't3a.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 100 }, market: 'spot', instanceProfile: false, sudo: false, allowedRepositories: null, rerun: true, isDefault: false };

export interface StandOptions {
  readonly gitea?: GiteaVersion;
  readonly settings?: Partial<FleetSettings>;
  readonly world?: Partial<WorldOptions>;
  /** Stands between the fleet and its ports. */
  readonly wrap?: (ports: FleetPorts) => FleetPorts;
}

/** Fleet, store and a simulated world that all behave, with a sweep each minute; a test makes the one thing wrong that it is about. */
export interface Stand {
  readonly world: SimulatedWorld;
  readonly store: RunStore;
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly controller: Controller;
  readonly scope: Scope;
  readonly reports: SweepReport[];
  readonly errors: string[];
  push(jobs: readonly JobPlan[], repository?: string): number;
  /** Lets time pass: deliveries and knocks are worked off when they arrive. */
  pass(ms: number): Promise<void>;
  alive(): number;
  /** The most machines at any minute, as far as it was watched. */
  readonly most: { machines: number };
}

export function createStand({ gitea = '1.26', settings: change = {}, world: options = {}, wrap }: StandOptions = {}): Stand {
  const world = createSimulatedWorld({ seed: 1, startedAt: STARTED_AT, gitea, retainMs: 48 * 60 * MINUTE, ...options });
  world.do('addHook', { url: 'http://dispatcher.simulated', secret: 's', events: ['workflow_job'] });
  world.do('createRepository', { fullName: 'acme/app', files: { 'README.md': 'app' } });
  const settings: FleetSettings = { installation: 'sim', classes: [GO], scopeKind: 'repository', maxRunners: 100, subnets: ['subnet-a', 'subnet-b'], dailyBudget: null, ...change };
  const store = createMemoryRunStore({ now: () => world.now });
  const errors: string[] = [];
  const ignore = () => undefined;
  const log: FleetPorts['log'] = { info: ignore, warn: ignore, error: (message, fields) => void errors.push(`${message} ${JSON.stringify(fields)}`) };
  const { ports, controller, workOff, nextKnock } = createVirtualDispatcher({ world, store, settings, log, ...(wrap ? { wrap } : {}) });
  const reports: SweepReport[] = [];
  const most = { machines: 0 };
  let nextSweep = STARTED_AT + 30 * SECOND;
  let pushes = 0;
  const alive = () => world.ledger.machines.filter((machine) => machine.terminatedAt === null).length;

  async function work(): Promise<void> {
    await workOff();
    most.machines = Math.max(most.machines, alive());
  }

  return {
    world,
    store,
    ports,
    settings,
    controller,
    scope: { kind: 'repository', id: 1, fullName: 'acme/app' },
    reports,
    errors,
    most,
    alive,
    push(jobs, repository = 'acme/app') {
      pushes += 1;
      return world.do('push', { repository, files: { 'stamp.txt': String(pushes) }, workflows: [{ file: 'ci.yml', jobs }] }).runs[0]!;
    },
    async pass(ms) {
      const end = world.now + ms;
      for (;;) {
        await work();
        const next = Math.min(world.nextAt() ?? Infinity, nextSweep, nextKnock());
        if (next > end) break;
        world.settle(Math.max(next, world.now));
        await work();
        if (world.now < nextSweep) continue;
        nextSweep += MINUTE;
        reports.push(await sweep(ports, settings));
      }
      world.settle(end);
      await work();
    },
  };
}
