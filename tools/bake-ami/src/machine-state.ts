import type { InstanceState } from '@tinqs/spot-launcher';
import { readMachineWord } from './console-marker.js';

/** One look at a machine that works for this tool. */
export interface MachineLook {
  readonly run: string;
  /** `undefined`: EC2 does not show it (yet). */
  readonly state: InstanceState | undefined;
  readonly stateReason: string | undefined;
  readonly console: string;
  readonly now: number;
  readonly deadline: number;
}

export type MachineVerdict =
  | { readonly kind: 'wait'; readonly step: string }
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** A word on the console counts before the machine's state: a machine may say it and be gone. */
export function judgeMachine({ run, state, stateReason, console, now, deadline }: MachineLook): MachineVerdict {
  const word = readMachineWord(console, run);
  if (word.kind === 'done') return word;
  if (word.kind === 'failed') return word;
  const at = word.kind === 'step' ? `, last at "${word.text}"` : ', before its first word';
  if (state === 'shutting-down' || state === 'terminated' || state === 'stopping' || state === 'stopped') {
    return { kind: 'failed', reason: `the machine is ${state}${stateReason === undefined ? '' : ` (${stateReason})`}${at}` };
  }
  if (now >= deadline) return { kind: 'failed', reason: `it took too long${at}` };
  return { kind: 'wait', step: word.kind === 'step' ? word.text : 'booting' };
}
