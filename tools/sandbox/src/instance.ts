import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findHost, isToEnd, readEnd, readMachine } from './machine/machine-folder.mjs';

/** A machine, as EC2 would show it. */
export interface Instance {
  readonly instanceId: string;
  readonly state: 'pending' | 'running' | 'terminated';
  /** EC2's own codes: who ended it. `Server.InternalError`: its process on the host was killed. */
  readonly stateReason: { readonly code: string; readonly message: string } | undefined;
  readonly stateChangedAt: Date | undefined;
  readonly tags: { readonly [key: string]: string };
  readonly launchTime: Date;
  readonly instanceType: string;
  readonly market: 'spot' | 'on-demand';
  readonly imageId: 'sandbox';
  readonly availabilityZone: string;
  readonly subnet: string;
  readonly privateDnsName: undefined;
}

/** A launch that has no process of its own after this was cut short between its record and its start. */
const START_LIMIT_MS = 20_000;

const REASONS = {
  itself: { code: 'Client.InstanceInitiatedShutdown', message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown' },
  outside: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
  spot: { code: 'Server.SpotInstanceTermination', message: 'Server.SpotInstanceTermination: Instance terminated due to a Spot interruption' },
  'start-failed': { code: 'Client.InternalError', message: 'Client.InternalError: the machine could not be started; its console says why' },
  lost: { code: 'Server.InternalError', message: 'Server.InternalError: the process of this machine was killed' },
} as const;

/** Reads one machine from its folder; `undefined` for a folder without a record. */
export function readInstance(folder: string, now: Date): Instance | undefined {
  if (!existsSync(join(folder, 'machine.json'))) return undefined;
  const { facts, pool, tags, launchTime } = readMachine(folder);
  const shown = {
    instanceId: facts.instanceId,
    tags,
    launchTime: new Date(launchTime),
    instanceType: pool.instanceType,
    market: pool.market,
    imageId: 'sandbox' as const,
    availabilityZone: facts.availabilityZone,
    subnet: pool.subnet,
    privateDnsName: undefined,
  };
  // The host first: one that ends between the two looks has written its end by the second.
  const { host, alive } = findHost(folder);
  const end = readEnd(folder);
  if (end !== undefined) return { ...shown, state: 'terminated', stateReason: REASONS[end.reason], stateChangedAt: new Date(end.at) };
  if (alive) return { ...shown, state: 'running', stateReason: undefined, stateChangedAt: undefined };
  if (host === undefined && isToEnd(folder)) return { ...shown, state: 'terminated', stateReason: REASONS.outside, stateChangedAt: undefined };
  if (host === undefined && now.getTime() - shown.launchTime.getTime() < START_LIMIT_MS) return { ...shown, state: 'pending', stateReason: undefined, stateChangedAt: undefined };
  return { ...shown, state: 'terminated', stateReason: REASONS.lost, stateChangedAt: undefined };
}
