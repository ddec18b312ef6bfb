import type { Instant } from '@tinqs/fleet';
import { happenToMachine } from '../ec2/machine.js';
import type { GiteaVersion } from '../gitea/gitea-version.js';
import { lookAtRun } from '../gitea/runs.js';
import { SWEEP_EVERY, sweepTasks } from '../gitea/sweeps.js';
import { COMMANDS, type CommandAnswer, type CommandArgument, type CommandName } from './commands.js';
import { createEventQueue, dequeue, nextAt } from './event-queue.js';
import { forget } from './forget.js';
import { createLedger } from './ledger.js';
import { WELL_BEHAVED, type Misbehaviour } from './misbehaviour.js';
import type { Outgoing } from './outgoing.js';
import { createRandom } from './random.js';
import type { Script } from './script.js';
import { foresee, type Simulation } from './simulation.js';
import { REAL_TIMING, type Timing } from './timing.js';
import { viewOf, type WorldView } from './world-view.js';
import type { WorldEvent, WorldState } from './world-state.js';

export interface WorldOptions {
  readonly seed: number;
  readonly startedAt: Instant;
  readonly gitea: GiteaVersion;
  readonly timing?: Partial<Timing>;
  readonly misbehaviour?: Partial<Misbehaviour>;
  readonly script?: Script;
  /** How long what is over is remembered; 24 h. */
  readonly retainMs?: number;
  /** Does the boot script restart an idle daemon, the cure for a lost claim up to 1.26? Default: yes. */
  readonly restartsDaemon?: boolean;
  /** Does the runner declare `cancelling` (Gitea ≥ 1.27 then gives it time)? Default: no, as act_runner 0.2.13. */
  readonly declaresCancelling?: boolean;
  /** Goes on from here instead of beginning; `seed`, `startedAt`, `gitea` and the switches above are then those of the state. */
  readonly state?: WorldState;
  /** Hears of every command, and of every advance in which something happens, before it is carried out. */
  readonly record?: (entry: JournalEntry) => void;
}

export type JournalEntry = { readonly at: Instant; readonly command?: readonly [CommandName, unknown] };

/** A Gitea, an EC2 and the machines between them. It reads no clock: time passes when it is told so. */
export interface SimulatedWorld extends WorldView {
  readonly state: WorldState;
  /** Lets time pass and hands over all deliveries and instance events that have become due since the last call. */
  advanceTo(instant: Instant): readonly Outgoing[];
  /** Lets time pass; what becomes due is kept for `advanceTo`. An earlier instant than now changes nothing. */
  settle(instant: Instant): void;
  /** When something happens next. */
  nextAt(): Instant | undefined;
  do<Name extends CommandName>(name: Name, argument: CommandArgument<Name>): CommandAnswer<Name>;
  /** Called after every command: what was foreseen may be due earlier now. */
  onCommand(listener: () => void): void;
}

export function createSimulatedWorld(options: WorldOptions): SimulatedWorld {
  const state = options.state ?? begin(options);
  const simulation: Simulation = { state, timing: { ...REAL_TIMING, ...options.timing }, outbox: [] };
  const view = viewOf(simulation);
  const listeners: (() => void)[] = [];
  const stage = { random: state.random, world: view, do: perform };
  if (!options.state) {
    foresee(simulation, state.now + SWEEP_EVERY, { kind: 'sweep-tasks' });
    foresee(simulation, state.now + 3_600_000, { kind: 'forget' });
    if (options.script) foresee(simulation, state.now, { kind: 'script', step: 0 });
  }

  function perform<Name extends CommandName>(name: Name, argument: CommandArgument<Name>): CommandAnswer<Name> {
    const command = COMMANDS[name] as (simulation: Simulation, argument: CommandArgument<Name>) => CommandAnswer<Name>;
    return command(simulation, argument);
  }

  function settle(instant: Instant): void {
    let due = nextAt(state.queue);
    if (due !== undefined && due <= instant) options.record?.({ at: instant });
    for (; due !== undefined && due <= instant; due = nextAt(state.queue)) {
      const entry = dequeue(state.queue)!;
      state.now = Math.max(state.now, entry.at);
      happen(entry.event);
    }
    state.now = Math.max(state.now, instant);
  }

  function happen(event: WorldEvent): void {
    switch (event.kind) {
      case 'delivery':
        state.ledger.deliveries.sent += 1;
        simulation.outbox.push(event.delivery);
        return;
      case 'look-at-run':
        return lookAtRun(simulation, event.runId);
      case 'sweep-tasks':
        return sweepTasks(simulation);
      case 'forget':
        return forget(simulation);
      case 'script':
        return takeStep(event.step);
      default: {
        const machine = state.ec2.machines.get(event.instanceId);
        if (machine) happenToMachine(simulation, machine, event);
      }
    }
  }

  function takeStep(step: number): void {
    if (!options.script) return;
    if (state.now < state.awayUntil) return foresee(simulation, state.awayUntil + 1_000, { kind: 'script', step });
    const pause = options.script.step(step, stage);
    if (pause !== null) foresee(simulation, state.now + pause, { kind: 'script', step: step + 1 });
  }

  return Object.assign(view, {
    state,
    settle,
    advanceTo: (instant: Instant) => {
      settle(instant);
      return simulation.outbox.splice(0);
    },
    nextAt: () => nextAt(state.queue),
    do: <Name extends CommandName>(name: Name, argument: CommandArgument<Name>): CommandAnswer<Name> => {
      options.record?.({ at: state.now, command: [name, argument] });
      try {
        return perform(name, argument);
      } finally {
        for (const listener of listeners) listener();
      }
    },
    onCommand: (listener: () => void) => void listeners.push(listener),
  });
}

function begin(options: WorldOptions): WorldState {
  return {
    now: options.startedAt,
    startedAt: options.startedAt,
    retainMs: options.retainMs ?? 86_400_000,
    random: createRandom(options.seed),
    queue: createEventQueue(),
    gitea: {
      version: options.gitea,
      accounts: new Map(),
      repositories: new Map(),
      redirects: new Map(),
      blobs: new Map(),
      runs: new Map(),
      jobs: new Map(),
      running: new Set(),
      registrations: new Map(),
      hooks: new Map(),
      tokens: [],
      ids: { account: 0, repository: 0, run: 0, job: 0, registration: 0, hook: 0 },
      lastDeliveryAt: 0,
    },
    ec2: { machines: new Map(), idle: new Set(), launched: 0, tokens: new Map(), refusals: [], breakRules: [], restartsDaemon: options.restartsDaemon ?? true, declaresCancelling: options.declaresCancelling ?? false },
    ledger: createLedger(),
    misbehaviour: { ...WELL_BEHAVED, ...options.misbehaviour },
    awayUntil: 0,
  };
}
