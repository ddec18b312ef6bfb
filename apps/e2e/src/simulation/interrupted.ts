import type { GiteaVersion, JobPlan } from '@tinqs/simulator';
import { createStand, GO, MINUTE, type Stand, type StandOptions } from './stand.js';

export const DEPLOY = { ...GO, id: 'deploy', labels: ['deploy'], rerun: false };
export const BUILD: JobPlan = { key: 'build', labels: ['go'], durationMs: 10 * MINUTE };

/** A machine in the middle of its job. */
export async function running(gitea: GiteaVersion, jobs: readonly JobPlan[] = [BUILD], options: StandOptions = {}): Promise<Stand> {
  const stand = createStand({ gitea, settings: { classes: [GO, DEPLOY] }, ...options });
  stand.push(jobs);
  await stand.pass(2 * MINUTE);
  return stand;
}

/** One that EC2 takes there, at once. */
export async function interrupted(...fleet: Parameters<typeof running>): Promise<Stand> {
  const stand = await running(...fleet);
  take(stand);
  return stand;
}

/** EC2 takes the newest machine, or that one. */
export function take(stand: Stand, instanceId = stand.world.ledger.machines.at(-1)!.instanceId): void {
  stand.world.do('interrupt', { instanceId, noticeMs: null });
}

export const served = (stand: Stand) => stand.world.ledger.served.map(({ name, conclusion }) => `${name} ${conclusion}`);
export const told = (stand: Stand) => stand.reports.flatMap((report) => report.lost.map(({ sentence }) => sentence));
