import { deliveryBody } from '../wire/delivery-body.js';
import { deliveryHeaders } from '../wire/delivery-headers.js';
import { wireContext } from '../wire/wire-context.js';
import type { Delivery, InstanceEvent } from './outgoing.js';
import type { SimulatedWorld } from './world.js';

export interface Timers {
  readonly set: (callback: () => void, delayMs: number) => unknown;
  readonly clear: (timer: unknown) => void;
}

export interface RealTimeOptions {
  readonly world: SimulatedWorld;
  readonly now: () => number;
  /** The root of the simulated Gitea, as its deliveries name it. */
  readonly root: string;
  readonly timers?: Timers;
  readonly fetch?: typeof globalThis.fetch;
  readonly onInstanceEvent?: (event: InstanceEvent) => void;
  /** What became of a delivery: an HTTP status, or why there was none. Gitea tries once. */
  readonly onDelivery?: (delivery: Delivery, outcome: number | string) => void;
}

export interface RealTime {
  /** Stops the passing of time; what is being delivered is finished. */
  stop(): Promise<void>;
}

/** `[webhook] DELIVER_TIMEOUT`. */
const DELIVER_TIMEOUT = 5_000;
/** Timers of a clock that was set, or of a machine that slept, fire late: look at least this often. */
const LONGEST_PAUSE = 1_000;

/** Lets the world's time pass with the clock, and its deliveries go out one after the other, as from one webhook worker. */
export function runInRealTime({ world, now, root, timers = NODE_TIMERS, fetch = globalThis.fetch, onInstanceEvent, onDelivery }: RealTimeOptions): RealTime {
  let timer: unknown;
  let worker: Promise<void> = Promise.resolve();
  let isStopped = false;

  function advance(): void {
    for (const outgoing of world.advanceTo(now())) {
      if (outgoing.kind === 'instance-event') onInstanceEvent?.(outgoing);
      else worker = worker.then(() => deliver(outgoing));
    }
    arm();
  }

  function arm(): void {
    timers.clear(timer);
    if (isStopped) return;
    const due = world.nextAt();
    timer = timers.set(advance, Math.max(0, Math.min(LONGEST_PAUSE, (due ?? Infinity) - now())));
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const body = deliveryBody(wireContext(world, root), delivery);
    try {
      const response = await fetch(delivery.hook.url, { method: 'POST', headers: deliveryHeaders(delivery, body), body, signal: AbortSignal.timeout(DELIVER_TIMEOUT) });
      await response.arrayBuffer();
      onDelivery?.(delivery, response.status);
    } catch (error) {
      onDelivery?.(delivery, error instanceof Error ? error.message : String(error));
    }
  }

  world.onCommand(arm);
  advance();
  return {
    stop: async () => {
      isStopped = true;
      timers.clear(timer);
      await worker;
    },
  };
}

const NODE_TIMERS: Timers = { set: (callback, delayMs) => setTimeout(callback, delayMs), clear: (timer) => clearTimeout(timer as NodeJS.Timeout) };
