import { covers } from './class-match.js';
import type { Job } from './job.js';
import { LIMITS } from './limits.js';
import type { Supplier } from './matching.js';
import { isUnconsumed, type Runner } from './runner.js';
import { seconds, type Instant } from './time.js';
import type { Grant, World } from './world.js';

/** P6: what will take a job without any further decision of ours: unexpired grants, and runners that can still be given one. */
export function supplyOf(world: World, now: Instant): readonly Supplier[] {
  const grants = liveGrants(world, now).map((grant) => ({ name: grant.name, labels: world.classes.find((each) => each.id === grant.classId)?.labels ?? [], since: grant.grantedAt }));
  const runners = world.runners
    .filter((runner) => isUnconsumed(runner) && !runner.disabled && !runner.registrationGone && withinStageLimit(runner, now) && !isStalled(runner, world, now))
    .map((runner) => ({ name: runner.name, labels: runner.labels, since: runner.stages.registered ?? 0 }));
  return [...grants, ...runners];
}

/** Grants that may still become a runner and have not yet. */
export function liveGrants({ plan, runners }: Pick<World, 'plan' | 'runners'>, now: Instant): readonly Grant[] {
  const named = new Set(runners.map((runner) => runner.name));
  return plan.grants.filter((grant) => now - grant.grantedAt <= LIMITS.grant && !named.has(grant.name));
}

/** P13: an unconsumed runner past the limit of its stage is no supply, whoever ends it. */
export function withinStageLimit(runner: Runner, now: Instant): boolean {
  switch (runner.state) {
    case 'registered':
    case 'launching':
      return now - (runner.stages.registered ?? 0) <= LIMITS.launching;
    case 'booting':
      return now - (runner.stages.launched ?? 0) <= seconds(runner.limits.bootSeconds);
    case 'idle':
      return now - (runner.stages.online ?? 0) <= seconds(runner.limits.idleSeconds);
    default:
      return false;
  }
}

/** Up to Gitea 1.26 a runner that lost the race for a job never looks again; the cure on the machine takes seconds, this covers what is left. */
function isStalled(runner: Runner, world: World, now: Instant): boolean {
  const { online } = runner.stages;
  if (!world.server.singleShotClaim || runner.state !== 'idle' || online === undefined || now - online < LIMITS.stalled) return false;
  return world.jobs.some((job: Job) => job.status === 'queued' && now - job.queuedAt >= LIMITS.stalled && covers(runner.labels, job.labels));
}
