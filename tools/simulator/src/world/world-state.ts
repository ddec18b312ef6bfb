import type { Instant } from '@tinqs/fleet';
import type { Ec2State } from '../ec2/ec2-state.js';
import type { GiteaState } from '../gitea/gitea-state.js';
import type { EventQueue } from './event-queue.js';
import type { Ledger } from './ledger.js';
import type { Misbehaviour } from './misbehaviour.js';
import type { Delivery } from './outgoing.js';
import type { Random } from './random.js';

/** What is foreseen to happen. Plain data: it is journalled. */
export type WorldEvent =
  | { readonly kind: 'delivery'; readonly delivery: Delivery }
  | { readonly kind: 'look-at-run'; readonly runId: number }
  | { readonly kind: 'sweep-tasks' }
  | { readonly kind: 'running' | 'online' | 'boot-limit' | 'idle-limit' | 'life-limit' | 'fetch' | 'claim' | 'power-off' | 'terminated' | 'notice' | 'notice-over' | 'interruption' | 'reclaim' | 'ends-booting' | 'dies-in-job'; readonly instanceId: string }
  | { readonly kind: 'job-end' | 'job-limit'; readonly instanceId: string; readonly jobId: number; readonly attempt: number }
  | { readonly kind: 'forget' }
  | { readonly kind: 'script'; readonly step: number };

/** All that the world is. Data without behaviour: a copy of it goes on to the same history. */
export interface WorldState {
  now: Instant;
  readonly startedAt: Instant;
  /** How long what is over is remembered. */
  readonly retainMs: number;
  readonly random: Random;
  readonly queue: EventQueue<WorldEvent>;
  readonly gitea: GiteaState;
  readonly ec2: Ec2State;
  readonly ledger: Ledger;
  misbehaviour: Misbehaviour;
  /** The script's people are away until then. */
  awayUntil: Instant;
}
