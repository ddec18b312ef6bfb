import { lifeOf, type Job } from '@tinqs/fleet';
import type { Machine } from '../ec2/ec2-state.js';
import type { SimulatedWorld } from '../world/world.js';
import type { Witness } from './witness.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Two sweeps and what a pass takes. */
const TWO_SWEEPS = 2 * MINUTE + 30 * SECOND;
/** Beyond its boot and idle limits: 60 s beyond its own clock, seen up to two sweeps late, and up to half a minute of shutting down. */
const UNCONSUMED = 4 * MINUTE;
/** A launch that nobody heard the end of is given up after 150 s and seen twice, its registration is seen twice more. */
const GIVEN_UP = 150 * SECOND + 4 * MINUTE;

/**
 * The laws that time can break, to be looked at after every step. Each knows how early it could be broken next, by what
 * there is and by what may begin meanwhile, and looks closely only then. `slackMs`: what silence, dead and frozen processes may cost;
 * `lostKnocks`: how many there were since then, which SQS itself loses none of.
 */
export function createLawsOfTime(world: SimulatedWorld, witness: Witness, slackMs: number, lostKnocks: (since: number) => number = () => 0): () => void {
  const judges = [createLawOfAges(world, witness, slackMs), createLawOfWaiting(world, witness, slackMs, lostKnocks), createLawOfRegistrations(world, witness, slackMs)];
  return () => {
    for (const judge of judges) judge();
  };
}

/** I2, I3: how long machines live at most. */
function createLawOfAges(world: SimulatedWorld, witness: Witness, slackMs: number): () => void {
  const isConsumed = ({ phase, instanceId }: Machine) => phase === 'busy' || world.ledger.served.some((served) => served.instanceId === instanceId);
  let earliest = -Infinity;
  return () => {
    if (world.now <= earliest) return;
    earliest = world.now + UNCONSUMED;
    for (const machine of witness.living()) {
      const { instanceId, launchedAt, state, request: { limits } } = machine;
      const age = world.now - launchedAt;
      const mostUnconsumed = (limits.bootSeconds + limits.idleSeconds) * SECOND + UNCONSUMED + slackMs;
      const most = lifeOf(limits) + 6 * MINUTE + slackMs;
      if (age > most) witness.breach('I3', `${instanceId} lives for ${Math.round(age / MINUTE)} min`);
      const isYoung = age <= mostUnconsumed;
      earliest = Math.min(earliest, launchedAt + (isYoung || !isConsumed(machine) ? mostUnconsumed : most));
      // A hanging shutdown has 10 min.
      const shutsDown = state === 'shutting-down' || state === 'stopping' ? 12 * MINUTE : 0;
      if (age > mostUnconsumed + shutsDown && !isConsumed(machine)) witness.breach('I2', `${instanceId} is unconsumed for ${Math.round(age / MINUTE)} min`);
    }
  };
}

/**
 * I1: what Gitea has had in its queue for two sweeps is known to wait, and why. On 1.24 only what was told of can be known, from
 * then on; jobs of which it told nobody are found once it is upgraded. Two sweeps allow for one lost knock, each further one costs a sweep.
 */
function createLawOfWaiting(world: SimulatedWorld, witness: Witness, slackMs: number, lostKnocks: (since: number) => number): () => void {
  let askableSince: number | undefined;
  const toldAt = new Map<number, number>();

  /** Since when it could be known here; `undefined`: it cannot be. */
  function knowableSince(id: number): number | undefined {
    if (askableSince !== undefined) return askableSince;
    if (witness.jobs.get(String(id))?.status === 'queued') toldAt.set(id, toldAt.get(id) ?? world.now);
    else toldAt.delete(id);
    return toldAt.get(id);
  }

  let earliest = -Infinity;
  return () => {
    if (world.traits.jobsApi) askableSince ??= world.now;
    else earliest = -Infinity;
    if (world.now <= earliest) return;
    earliest = world.now + TWO_SWEEPS + slackMs;
    for (const { queue } of world.gitea.repositories.values()) for (const id of queue) {
      const job = world.gitea.jobs.get(id)!;
      const since = knowableSince(id);
      if (since === undefined) continue;
      const mine = witness.jobs.get(String(id));
      const waitsSince = Math.max(job.updatedAt, since, announcedRunning(mine));
      const waits = world.now - waitsSince;
      // What was announced may be taken back before its time is over.
      earliest = Math.min(earliest, Math.max(job.updatedAt, since) + TWO_SWEEPS + slackMs);
      if (waits <= TWO_SWEEPS + slackMs + Math.max(0, lostKnocks(waitsSince) - 1) * MINUTE) continue;
      if (mine?.status !== 'queued' || mine.reasons.length === 0) witness.breach('I1', `job ${id} ${job.name} waits for ${Math.round(waits / SECOND)} s in Gitea; here it is ${mine === undefined ? 'unknown' : `${mine.status} without a reason`}`);
    }
  };
}

/** When Gitea said that it runs, which it may take back (1.27) and tell nobody. */
function announcedRunning(mine: Job | undefined): number {
  return mine?.status === 'running' ? (mine.pickedAt ?? 0) : 0;
}

/** I4: no registration outlives its machine by more than two sweeps. */
function createLawOfRegistrations(world: SimulatedWorld, witness: Witness, slackMs: number): () => void {
  let earliest = -Infinity;
  return () => {
    if (world.now <= earliest) return;
    earliest = world.now + TWO_SWEEPS + slackMs;
    for (const row of world.gitea.registrations.values()) {
      const ended = witness.endOf(row.name);
      const since = ended === undefined ? row.createdAt + GIVEN_UP : ended;
      if (since === null) continue;
      earliest = Math.min(earliest, since + TWO_SWEEPS + slackMs);
      if (world.now - since > TWO_SWEEPS + slackMs) witness.breach('I4', `registration ${row.id} ${row.name} is left for ${Math.round((world.now - since) / SECOND)} s`);
    }
  };
}
