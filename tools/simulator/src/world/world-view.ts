import type { Instance, Instant } from '@tinqs/fleet';
import { consoleOf, listInstances } from '../ec2/instances.js';
import type { Machine } from '../ec2/ec2-state.js';
import type { GiteaState, SimulatedJob } from '../gitea/gitea-state.js';
import { traitsOf, type GiteaTraits } from '../gitea/gitea-version.js';
import type { Ledger } from './ledger.js';
import { isOut, type Misbehaviour, type Outage } from './misbehaviour.js';
import type { Simulation } from './simulation.js';

/** What can be seen of the world, as it is: not as its Gitea or EC2 would tell it. */
export interface WorldView {
  readonly now: Instant;
  readonly gitea: GiteaState;
  readonly traits: GiteaTraits;
  readonly misbehaviour: Misbehaviour;
  readonly ledger: Ledger;
  readonly machines: ReadonlyMap<string, Machine>;
  /** DescribeInstances. */
  readonly instances: () => readonly Instance[];
  readonly console: (instanceId: string) => string | null;
  readonly jobs: () => readonly SimulatedJob[];
  readonly isOut: (of: Outage['of']) => boolean;
}

export function viewOf(simulation: Simulation): WorldView {
  const { state } = simulation;
  return {
    get now() {
      return state.now;
    },
    gitea: state.gitea,
    get traits() {
      return traitsOf(state.gitea.version);
    },
    get misbehaviour() {
      return state.misbehaviour;
    },
    ledger: state.ledger,
    machines: state.ec2.machines,
    instances: () => listInstances(simulation),
    console: (instanceId) => consoleOf(simulation, instanceId),
    jobs: () => [...state.gitea.jobs.values()],
    isOut: (of) => isOut(state.misbehaviour, of, state.now),
  };
}
