import type { Action } from './action.js';
import { consumptions, saveRunners } from './consumption.js';
import { capReason } from './gates.js';
import { holdJobs } from './hold.js';
import type { JobFact } from './job.js';
import { launchRunner } from './launch-runner.js';
import { nextPlan, plan } from './plan.js';
import type { FleetPorts, ScopeItems } from './ports.js';
import { amendJob, ContentionError, recordGone, recordJobFact, type Recorded } from './record.js';
import { scopeKey, type Scope } from './scope.js';
import type { FleetSettings } from './settings.js';
import { createSurroundings } from './surroundings.js';
import type { World } from './world.js';

/** Carries out what `plan` decides: the only place from which a machine is launched. */
export interface Controller {
  /** Writes what Gitea said of a job. */
  record(scope: Scope, fact: JobFact): Promise<Recorded>;
  /** Plans one scope and launches what it needs; answers with what was decided. */
  serve(scope: Scope, options?: { readonly deliveredAt?: number }): Promise<Served>;
}

export interface Served {
  readonly granted: readonly string[];
  readonly launched: readonly string[];
  readonly held: readonly { readonly jobId: string; readonly code: string }[];
}

const MOST_ROUNDS = 10;

export function createController(ports: FleetPorts, settings: FleetSettings): Controller {
  const surroundings = createSurroundings(ports, settings);

  async function serve(scope: Scope, options: { readonly deliveredAt?: number } = {}): Promise<Served> {
    const confirmed = new Set<string>();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const items = await ports.store.loadScope(scopeKey(scope));
      const world = await surroundings.world(scope, await consume(items));
      const now = ports.now();
      const actions = plan(world, now);
      const unsure = actions.filter((action) => action.kind === 'confirm' && !confirmed.has(action.jobId));
      if (unsure.length > 0) {
        for (const { jobId } of unsure) confirmed.add(jobId);
        await Promise.all(unsure.map(({ jobId }) => confirm(scope, world, jobId)));
        continue;
      }
      const grants = actions.filter((action) => action.kind === 'grant');
      if (grants.length > 0) {
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

  async function confirm(scope: Scope, world: World, jobId: string): Promise<void> {
    const job = world.jobs.find((each) => each.id === jobId)!;
    if (world.server.newIdPerAttempt && !job.announced && job.caller === null) {
      const caller = await ports.gitea.isCaller(job);
      await amendJob(ports, job, (current) => ({ ...current, caller }));
    }
    const fact = await ports.gitea.readJob(job.repository, job.id);
    await (fact === null ? recordGone(ports, scope, job) : recordJobFact(ports, scope, fact));
  }

  async function carryOut(scope: Scope, world: World, actions: readonly Action[], grantedAt: number, deliveredAt: number): Promise<Served> {
    const places = await takePlaces(scope, world, actions.filter((action) => action.kind === 'grant'));
    const launches = await Promise.all(places.taken.map((grant) => launchRunner(ports, { scope, world, grant, grantedAt, deliveredAt })));
    if (places.refused.length > 0 || launches.some((launch) => launch.kind !== 'launched')) surroundings.forget();
    const holds = [...actions.filter((action) => action.kind === 'hold'), ...places.refused];
    await holdJobs(ports, scope, world, holds, ports.now());
    return {
      granted: places.taken.map((grant) => grant.name),
      launched: launches.flatMap((launch) => (launch.kind === 'launched' ? [launch.name] : [])),
      held: holds.map((hold) => ({ jobId: hold.jobId, code: hold.reason.code })),
    };
  }

  /** Takes a place under every cap for each grant: all of a class in one write, or, when they do not all fit, one by one. */
  async function takePlaces(scope: Scope, world: World, grants: readonly Extract<Action, { kind: 'grant' }>[]) {
    const taken: Extract<Action, { kind: 'grant' }>[] = [];
    const refused: Extract<Action, { kind: 'hold' }>[] = [];
    for (const classId of new Set(grants.map((grant) => grant.classId))) {
      const ofClass = grants.filter((grant) => grant.classId === classId);
      const perClass = world.classes.find((each) => each.id === classId)?.limits.concurrent ?? 0;
      const take = (names: readonly string[]) => ports.store.takeCap({ names, classId, scope: scopeKey(scope), limits: { ...world.capLimits, perClass } });
      if ((await take(ofClass.map((grant) => grant.name))).kind === 'taken') {
        taken.push(...ofClass);
        continue;
      }
      for (const grant of ofClass) {
        const outcome = ofClass.length === 1 ? undefined : await take([grant.name]);
        if (outcome?.kind === 'taken') taken.push(grant);
        else refused.push({ kind: 'hold', jobId: grant.jobId, reason: capReason(outcome?.cap ?? 'all', classId, perClass, world), until: null });
      }
    }
    return { taken, refused };
  }

  return { record: (scope, fact) => recordJobFact(ports, scope, fact), serve };
}

