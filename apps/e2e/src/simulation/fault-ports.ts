import type { FleetPorts } from '@tinqs/fleet';
import type { Dice } from './dice.js';
import type { VirtualClock } from './virtual-clock.js';

/** One process of ours: a dispatcher, a sweep, a look at one machine. Once dead it never goes on. */
export interface Process {
  readonly name: string;
  readonly skewMs: number;
  dead: boolean;
  calls: number;
  /** Dies at its so-manieth call from here; `null`: lives. */
  crashAt: number | null;
  onDeath: () => void;
}

export interface CallFaults {
  readonly store: boolean;
  readonly freeze: boolean;
}

export class StoreAwayError extends Error {
  override readonly name = 'StoreAwayError';
}

export interface FaultPortsOptions {
  readonly ports: FleetPorts;
  readonly process: Process;
  readonly clock: VirtualClock;
  readonly dice: Dice;
  /** Asked at every call: the faults end with the chaos. */
  readonly faults: () => CallFaults;
  readonly tell: (line: string) => void;
}

/** The ports as a process has them: each call takes time, may fail, may never come back, or be its last. */
export function createFaultPorts({ ports, process, clock, dice, faults, tell }: FaultPortsOptions): FleetPorts {
  const never = new Promise<never>(() => undefined);

  function die(call: string, when: string): Promise<never> {
    process.dead = true;
    tell(`${process.name} dies ${when} ${call}`);
    process.onDeath();
    return never;
  }

  function wrap<Port extends object>(kind: string, port: Port): Port {
    return new Proxy(port, {
      get(target, key, receiver) {
        const method: unknown = Reflect.get(target, key, receiver);
        if (typeof method !== 'function') return method;
        return (...args: readonly unknown[]) => call(kind, String(key), () => (method as (...args: readonly unknown[]) => Promise<unknown>).apply(target, [...args]));
      },
    });
  }

  async function call(kind: string, name: string, carryOut: () => Promise<unknown>): Promise<unknown> {
    if (process.dead) return never;
    process.calls += 1;
    const crash = process.crashAt === process.calls ? dice.pick(['before', 'after'] as const) : null;
    const { store, freeze } = faults();
    const fails = kind === 'store' && store && dice.chance(0.01) ? dice.pick(['request', 'answer'] as const) : null;
    await clock.sleep(freeze && dice.chance(0.004) ? dice.between(20_000, 240_000) : dice.between(1, 40));
    if (process.dead) return never;
    if (crash === 'before') return die(name, 'before');
    if (fails === 'request') throw new StoreAwayError(`${name} did not arrive`);
    const result = await carryOut();
    if (crash === 'after') return die(name, 'after');
    await clock.sleep(dice.between(0, 20));
    if (process.dead) return never;
    if (fails === 'answer') throw new StoreAwayError(`${name} was carried out, its answer is lost`);
    return result;
  }

  return {
    store: wrap('store', ports.store),
    gitea: wrap('gitea', ports.gitea),
    launcher: wrap('launcher', ports.launcher),
    queue: wrap('queue', ports.queue),
    log: ports.log,
    now: () => clock.now() + process.skewMs,
    server: ports.server,
  };
}
