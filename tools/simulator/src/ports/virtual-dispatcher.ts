import { createController, scopeKey, scopeOf, type Controller, type FleetPorts, type FleetSettings, type Scope, type StorePort } from '@tinqs/fleet';
import type { SimulatedWorld } from '../world/world.js';
import { localEc2, type SimulatedEc2 } from './simulated-ec2.js';
import { deliveryFact, serverFacts, simulatedGitea } from './simulated-gitea.js';
import { simulatedLauncher } from './simulated-launcher.js';

export interface VirtualDispatcherOptions {
  readonly world: SimulatedWorld;
  readonly store: StorePort;
  readonly settings: FleetSettings;
  readonly log: FleetPorts['log'];
  readonly ec2?: SimulatedEc2;
  /** Stands between the fleet and its ports. */
  readonly wrap?: (ports: FleetPorts) => FleetPorts;
}

/** One dispatcher in the world's own time, whose queue loses nothing and is never late. */
export interface VirtualDispatcher {
  readonly ports: FleetPorts;
  readonly controller: Controller;
  /** When the next knock is due; `Infinity`: there is none. */
  readonly nextKnock: () => number;
  /** Records what the world has said by now, and serves every scope that heard of something or was knocked for. */
  readonly workOff: () => Promise<void>;
}

export function createVirtualDispatcher({ world, store, settings, log, ec2 = localEc2(world), wrap = (ports) => ports }: VirtualDispatcherOptions): VirtualDispatcher {
  const now = () => world.now;
  const knocks = new Map<string, { readonly at: number; readonly scope: Scope }>();
  let next = Infinity;
  const ports = wrap({
    store,
    gitea: simulatedGitea(world),
    launcher: simulatedLauncher({ ec2, installation: settings.installation, now }),
    queue: {
      knock: async (scope, delayMs) => {
        const at = world.now + delayMs;
        next = Math.min(next, at);
        knocks.set(`${scopeKey(scope)} ${at}`, { at, scope });
      },
    },
    log,
    now,
    server: async () => serverFacts(world),
  });
  const controller = createController(ports, settings);

  function* dueKnocks(): Generator<Scope> {
    if (next > world.now) return;
    next = Infinity;
    for (const [key, { at, scope }] of knocks) {
      if (at > world.now) next = Math.min(next, at);
      else {
        knocks.delete(key);
        yield scope;
      }
    }
  }

  async function workOff(): Promise<void> {
    const scopes = new Map<string, Scope>();
    for (const told of world.advanceTo(world.now)) {
      const fact = told.kind === 'delivery' ? deliveryFact(world, told) : undefined;
      if (fact === undefined) continue;
      const scope = scopeOf(settings.scopeKind, fact.repository);
      await controller.record(scope, fact);
      if (fact.status !== 'blocked') scopes.set(scopeKey(scope), scope);
    }
    for (const scope of dueKnocks()) scopes.set(scopeKey(scope), scope);
    for (const scope of scopes.values()) await controller.serve(scope);
  }

  return { ports, controller, nextKnock: () => next, workOff };
}
