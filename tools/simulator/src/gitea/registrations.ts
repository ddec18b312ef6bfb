import type { Instant } from '@tinqs/fleet';
import { traits, type Simulation } from '../world/simulation.js';
import { hex, uuid } from '../world/random.js';
import type { RunnerRegistration } from './gitea-state.js';

export interface NewRegistration {
  readonly name: string;
  readonly labels: readonly string[];
  readonly ephemeral: boolean;
  readonly repositoryId: number | null;
  readonly owner: string | null;
}

export function register(simulation: Simulation, wanted: NewRegistration): RunnerRegistration {
  const { gitea, ledger, random, now } = simulation.state;
  const registration: RunnerRegistration = {
    id: ++gitea.ids.registration,
    uuid: uuid(random),
    token: hex(random, 40),
    name: cut(wanted.name),
    labels: wanted.labels,
    repositoryId: wanted.repositoryId,
    owner: wanted.owner,
    ephemeral: wanted.ephemeral,
    createdAt: now,
    disabled: false,
    capabilities: [],
    online: false,
    lastOnline: null,
    jobId: null,
    lastActive: null,
  };
  gitea.registrations.set(registration.id, registration);
  ledger.registrations.push({ runnerId: registration.id, name: registration.name, madeAt: now, goneAt: null });
  return registration;
}

/** Names are cut at 255 bytes: 252 and an ellipsis. */
function cut(name: string): string {
  const bytes = Buffer.from(name);
  return bytes.length <= 255 ? name : `${bytes.subarray(0, 252).toString()}…`;
}

/** Granted whether it is busy or not: the job of a busy one then hangs, since nobody may report it any more. */
export function unregister(simulation: Simulation, runnerId: number): 'deleted' | 'not-there' {
  const registration = simulation.state.gitea.registrations.get(runnerId);
  if (!registration) return 'not-there';
  const job = registration.jobId === null ? undefined : simulation.state.gitea.jobs.get(registration.jobId);
  if (job) job.silentSince ??= simulation.state.now;
  endRegistration(simulation, registration);
  return 'deleted';
}

export function endRegistration(simulation: Simulation, registration: RunnerRegistration): void {
  const { gitea, ledger, now } = simulation.state;
  if (!gitea.registrations.delete(registration.id)) return;
  const made = ledger.registrations.findLast((each) => each.runnerId === registration.id);
  if (made) made.goneAt = now;
}

export function disableRunner(simulation: Simulation, runnerId: number, disabled: boolean): boolean {
  const registration = simulation.state.gitea.registrations.get(runnerId);
  if (!registration || !traits(simulation).disabledRunners) return false;
  registration.disabled = disabled;
  return true;
}

/** Offline after 60 s without contact; `unheard`: whoever is there was not heard for that long. */
export function isOnline(registration: RunnerRegistration, now: Instant, unheard = false): boolean {
  return (registration.online && !unheard) || (registration.lastOnline !== null && now - registration.lastOnline < 60_000);
}

/** True only within 10 s of the runner's last log or state call, so not for a job whose machine is gone. */
export function isBusy(registration: RunnerRegistration, now: Instant, unheard = false): boolean {
  if (registration.jobId === null) return false;
  return (registration.online && !unheard) || (registration.lastActive !== null && now - registration.lastActive < 10_000);
}

export interface RunnerLevel {
  readonly repositoryId?: number;
  readonly owner?: string;
}

/** A repository's or owner's list shows the registrations of exactly that scope, the instance's shows all. */
export function listRegistrations(simulation: Simulation, level: RunnerLevel): readonly RunnerRegistration[] {
  return [...simulation.state.gitea.registrations.values()].filter((registration) => isAt(registration, level));
}

export function isAt(registration: RunnerRegistration, { repositoryId, owner }: RunnerLevel): boolean {
  if (repositoryId !== undefined) return registration.repositoryId === repositoryId;
  if (owner !== undefined) return registration.owner?.toLowerCase() === owner.toLowerCase();
  return true;
}
