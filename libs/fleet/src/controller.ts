import type { Action } from './action.js';
import { consumptions, saveRunners } from './consumption.js';
import { holdJobs } from './hold.js';
import type { Job, JobFact } from './job.js';
import { launchRunner, type RunnerLaunch } from './launch-runner.js';
import { nextPlan, plan } from './plan.js';
import type { FleetPorts, ScopeItems } from './ports.js';
import { amendJob, ContentionError, recordGone, recordJobFact, recordListedFact, type Recorded } from './record.js';
import type { ReasonCode } from './reason.js';
import { scopeKey, type Scope } from './scope.js';
import type { FleetSettings } from './settings.js';
import { createSurroundings } from './surroundings.js';
import { takePlaces } from './take-places.js';
import { minutes, type Instant } from './time.js';
import { withdrawGrants } from './withdraw.js';
import type { World } from './world.js';

/** Carries out what `plan` decides: the only place from which a machine is launched. */
export interface Controller {
  /** Writes what Gitea said of a job; `known`: the live job as read just before. */
  record(scope: Scope, fact: JobFact, known?: Job): Promise<Recorded>;
  /** Plans one scope and launches what it needs; answers with what was decided. */
  serve(scope: Scope, options?: { readonly deliveredAt?: number }): Promise<Served>;
}

export interface Served {
  readonly granted: readonly string[];
  readonly launched: readonly string[];
  readonly held: readonly { readonly jobId: string; readonly code: string }[];
}

const MOST_ROUNDS = 10;
const FROM_AROUND: ReadonlySet<ReasonCode> = new Set(['PAUSED', 'GITEA_SILENT', 'EC2_SILENT', 'AMI_BREAKER', 'NO_CAPACITY', 'SPOT_QUOTA', 'ON_DEMAND_QUOTA', 'SUBNET_FULL', 'TYPE_UNSUPPORTED', 'NEVER_ONLINE', 'CAP_ALL', 'CAP_CLASS', 'CAP_SCOPE', 'BUDGET']);
/** A scope is forgotten only after days without anything alive, so it need not be noted again at once. */
const NOTED_FOR = minutes(10);

export function createController(ports: FleetPorts, settings: FleetSettings): Controller {
  const surroundings = createSurroundings(ports, settings);
  const noted = new Map<string, Instant>();

  async function serve(scope: Scope, options: { readonly deliveredAt?: number } = {}): Promise<Served> {
    const asked = new Set<string>();
    const picturesBefore = surroundings.pictures();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      // A view is judged by the time it is of: whoever stands still behind this line would take its fresh grants for expired ones.
      const now = ports.now();
      const items = await consume(await ports.store.loadScope(scopeKey(scope)));
      let world = await surroundings.world(scope, items);
      let actions = plan(world, now);
      if (isRefused(actions) && surroundings.pictures() === picturesBefore) {
        surroundings.forget();
        world = await surroundings.world(scope, items);
        actions = plan(world, now);
      }
      const unsure = actions.filter((action) => action.kind === 'confirm' && !asked.has(action.jobId));
      if (unsure.length > 0) {
        for (const { jobId } of unsure) asked.add(jobId);
        await Promise.all(unsure.map(({ jobId }) => confirm(scope, world, jobId)));
        continue;
      }
      if (actions.some((action) => action.kind === 'grant')) {
        const reserved = await ports.store.savePlan(scope, nextPlan(world, actions, now));
        // Whoever loses the epoch reads again and plans again.
        if (reserved.kind === 'conflict') continue;
      }
      return carryOut(scope, world, actions, now, options.deliveredAt ?? now);
    }
    throw new ContentionError(`could not plan ${scopeKey(scope)}: ${MOST_ROUNDS} planners were faster`);
  }

  /** Marks runners that took a job, so that they are supply no longer. */
  async function consume(items: ScopeItems): Promise<ScopeItems> {
    const changed = consumptions(items.jobs, items.runners);
    if (changed.length === 0) return items;
    await saveRunners(ports, changed);
    const byName = new Map(changed.map((runner) => [runner.name, runner]));
    return { ...items, runners: items.runners.map((runner) => byName.get(runner.name) ?? runner) };
  }

  /** One job that Gitea gives no answer about stays unconfirmed, and holds up no other. */
  async function confirm(scope: Scope, world: World, jobId: string): Promise<void> {
    const job = world.jobs.find((each) => each.id === jobId)!;
    try {
      if (world.server.newIdPerAttempt && !job.announced && job.caller === null) {
        const caller = await ports.gitea.isCaller(job);
        await amendJob(ports, job, (current) => ({ ...current, caller }));
      }
      const fact = await ports.gitea.readJob(job.repository, job.id);
      await (fact === null ? recordGone(ports, scope, job) : recordJobFact(ports, scope, fact));
    } catch (cause) {
      ports.log.warn('job could not be confirmed', { job: jobId, repository: job.repository.fullName, cause });
    }
  }

  async function carryOut(scope: Scope, world: World, actions: readonly Action[], grantedAt: number, deliveredAt: number): Promise<Served> {
    const places = await takePlaces(ports, scope, world, actions.filter((action) => action.kind === 'grant'));
    const outcomes = await Promise.allSettled(places.taken.map((grant) => launchRunner(ports, { scope, world, grant, grantedAt, deliveredAt })));
    const launches = outcomes.map((outcome, index) => (outcome.status === 'fulfilled' ? outcome.value : interrupted(places.taken[index]!.name, outcome.reason)));
    if (places.refused.length > 0 || launches.some((launch) => launch.kind !== 'launched')) surroundings.forget();
    const given = [...places.refused.map(({ grant }) => grant.name), ...launches.filter((launch) => launch.kind === 'failed').map((launch) => launch.name)];
    await withdrawGrants(ports, scope, given);
    const waiting = actions.flatMap((action) => (action.kind === 'hold' ? [action] : action.kind === 'confirm' ? [{ ...action, kind: 'hold' as const, until: null }] : []));
    const holds = [...waiting, ...places.refused.map(({ hold }) => hold)];
    await note(scope, !world.server.jobsApi && holds.some((hold) => hold.reason.code !== 'SERVED'));
    await holdJobs(ports, scope, world, holds, ports.now());
    return {
      granted: places.taken.map((grant) => grant.name),
      launched: launches.flatMap((launch) => (launch.kind === 'launched' ? [launch.name] : [])),
      held: holds.map((hold) => ({ jobId: hold.jobId, code: hold.reason.code })),
    };
  }

  /** The store or Gitea failed in the middle: whatever exists under the name is adopted or ended by the sweep. */
  function interrupted(name: string, cause: unknown): RunnerLaunch {
    ports.log.error('launch was interrupted, left to the sweep', { runner: name, cause });
    return { kind: 'unknown', name };
  }

  /** The sweep looks at noted scopes only; on Gitea 1.24 nothing else would lead it to a job that waits: there it is noted anew, since a sweep may just have forgotten it. */
  async function note(scope: Scope, anew: boolean): Promise<void> {
    const key = scopeKey(scope);
    const now = ports.now();
    if (!anew && now - (noted.get(key) ?? -Infinity) < NOTED_FOR) return;
    await ports.store.noteScope(scope);
    noted.set(key, now);
  }

  return { record: (scope, fact, known) => recordListedFact(ports, scope, fact, known), serve };
}

/** What refuses a job must not be older than the wish to plan: a place that became free may be its cause. */
function isRefused(actions: readonly Action[]): boolean {
  return actions.some((action) => action.kind === 'hold' && FROM_AROUND.has(action.reason.code));
}
