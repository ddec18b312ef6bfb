import { isUnconsumed, poolKey, RUNNER_STATES, scopeKey, TAGS, type FleetSettings, type Grant, type Job, type PlanItem, type Runner, type StorePort, type Written } from '@tinqs/fleet';
import type { Machine } from '../ec2/ec2-state.js';
import type { SimulatedEc2 } from '../ports/simulated-ec2.js';
import type { SimulatedWorld } from '../world/world.js';
import { mostServed } from './most-served.js';
import { createTableMirror, type TableMirror } from './table-mirror.js';

/** Something that must never be was. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';

  constructor(
    readonly invariant: string,
    what: string,
  ) {
    super(`${invariant}: ${what}`);
  }
}

const SECOND = 1_000;
const RANK = { blocked: 0, queued: 1, running: 2, done: 3 } as const;

/** What the table holds, mirrored call by call, and the laws that every write and every call to EC2 must keep. */
export interface Witness extends TableMirror {
  readonly store: StorePort;
  readonly ec2: SimulatedEc2;
  /** Machines that exist, as EC2 knows them. */
  readonly living: () => Iterable<Machine>;
  /** When the last machine of this name ended: `null`: it lives; `undefined`: there was none. */
  readonly endOf: (name: string) => number | null | undefined;
  readonly broken: readonly BrokenInvariant[];
  breach(invariant: string, what: string): void;
}

export interface WitnessOptions {
  readonly store: StorePort;
  readonly ec2: SimulatedEc2;
  readonly world: SimulatedWorld;
  readonly settings: FleetSettings;
  /** By how much the clocks of our processes may differ. */
  readonly skewMs: number;
  readonly tell?: (line: string) => void;
}

export function createWitness({ store, ec2, world, settings, skewMs, tell }: WitnessOptions): Witness {
  const mirror = createTableMirror();
  const jobs = mirror.jobs.items;
  const runners = mirror.runners.items;
  const { plans } = mirror;
  const living = new Map<string, Machine>();
  const lastNamed = new Map<string, string>();
  const broken: BrokenInvariant[] = [];
  const breach = (invariant: string, what: string) => void broken.push(new BrokenInvariant(invariant, what));
  /** EC2 forgets what ended more than an hour ago. */
  const endOf = (name: string): number | null | undefined => {
    const instanceId = lastNamed.get(name);
    if (instanceId === undefined) return undefined;
    const machine = world.machines.get(instanceId);
    return machine === undefined ? -Infinity : machine.endedAt;
  };
  const isAlive = (name: string): boolean => endOf(name) === null;
  const ofName = (name: string) => (short: string) => `${short} ${name.replace('tinqs-ci-sim-', '')}`;

  function sawJob(after: Job): void {
    const before = jobs.get(after.id);
    if (before?.status !== after.status || before.generation !== after.generation) tell?.(`  job ${after.id} ${before === undefined ? 'known as' : `${before.status} →`} ${after.status}${after.generation > 0 ? ` (generation ${after.generation})` : ''}`);
    if (before !== undefined && after.generation < before.generation) breach('I7', `job ${after.id}: generation ${before.generation} → ${after.generation}`);
    if (before !== undefined && after.generation === before.generation) {
      if (RANK[after.status] < RANK[before.status]) breach('I7', `job ${after.id}: ${before.status} → ${after.status} within generation ${after.generation}`);
      for (const fact of ['pickedAt', 'completedAt', 'runnerId'] as const) if (before[fact] !== null && before[fact] !== after[fact]) breach('I7', `job ${after.id}: ${fact} written twice`);
    }
    mirror.jobs.set(after.id, after);
  }

  function sawRunner(after: Runner): void {
    const before = runners.get(after.name);
    if (before?.state !== after.state) tell?.(ofName(after.name)(`  runner ${before === undefined ? '' : `${before.state} →`} ${after.state}${after.outcome === null ? '' : ` (${after.outcome})`}`));
    if (before !== undefined) {
      const back = RUNNER_STATES.indexOf(after.state) < RUNNER_STATES.indexOf(before.state);
      const revived = before.state === 'ended' && isAlive(after.name);
      if (back && !revived) breach('I7', `runner ${after.name}: ${before.state} → ${after.state}`);
      // A claim that was given back (1.27) is none; then the job is no longer its own.
      const isStillIts = jobs.get(before.ran ?? '')?.runnerId === after.runnerId;
      if (before.ran !== null && after.ran !== before.ran && isStillIts) breach('I7', `runner ${after.name}: ran ${before.ran} → ${after.ran}`);
      if (!revived && after.stages !== before.stages) for (const [stage, at] of Object.entries(before.stages)) if ((after.stages as Record<string, number>)[stage] !== at) breach('I7', `runner ${after.name}: stage ${stage} written twice`);
    }
    if (after.state === 'ended' && before?.state !== 'ended' && after.outcome !== 'launch-failed' && isAlive(after.name)) breach('I3', `runner ${after.name} is called ended while its machine lives`);
    mirror.runners.set(after.name, after);
  }

  /** I2: what is granted is missing in the view that it was granted from. Counted anew, by other means. */
  function sawPlan(scope: string, plan: PlanItem): void {
    const before = plans.get(scope);
    plans.set(scope, plan);
    if (before !== undefined && plan.epoch !== before.epoch + 1) breach('I2', `scope ${scope}: epoch ${before.epoch} → ${plan.epoch}`);
    const known = new Set(before?.grants.map((grant) => grant.name));
    const added = plan.grants.filter((grant) => !known.has(grant.name));
    if (added.length === 0) return;
    for (const grant of added) tell?.(ofName(grant.name)(`  granted for job ${grant.jobId}:`));
    const clock = added[0]!.grantedAt;
    const queued = mirror.jobs.in(scope).filter((job) => job.status === 'queued').map((job) => job.labels);
    const ofScope = mirror.runners.in(scope);
    const names = new Set(ofScope.map((runner) => runner.name));
    const open = (before?.grants ?? []).filter((grant: Grant) => !names.has(grant.name) && clock - grant.grantedAt <= 60 * SECOND).map((grant) => settings.classes.find((each) => each.id === grant.classId)!.labels);
    const idle = ofScope.filter((runner) => countsAsSupply(runner, clock)).map((runner) => runner.labels);
    // One job may have been taken between the view and this write.
    const most = queued.length - mostServed(queued, [...open, ...idle]) + 1;
    if (added.length > most) breach('I2', `${added.length} granted in ${scope} while ${queued.length} are queued beside ${open.length} grants and ${idle.length} runners`);
  }

  function countsAsSupply(runner: Runner, at: number): boolean {
    if (!isUnconsumed(runner) || runner.disabled || runner.registrationGone) return false;
    const { registered = 0, launched = 0, online = 0 } = runner.stages;
    // Stalled ones (P6) are none after 90 s; here nobody who might be stalled is counted.
    if (runner.state === 'idle') return at - online < Math.min(90 * SECOND, runner.limits.idleSeconds * SECOND);
    // It may have been launching in the view: a planner whose clock is ahead then counted it no more (P13), and one machine too many idles out.
    if (skewMs > 0 && at - registered > 60 * SECOND) return false;
    if (runner.state === 'booting') return at - launched <= runner.limits.bootSeconds * SECOND;
    return at - registered <= 60 * SECOND;
  }

  const watched: StorePort = {
    ...store,
    createJob: seen(store.createJob, sawJob),
    replaceJob: seen(store.replaceJob, sawJob),
    async deleteJob(scope, id, version) {
      await store.deleteJob(scope, id, version);
      if (!(await store.loadScope(scope)).jobs.some((job) => job.id === id)) {
        const job = jobs.get(id);
        if (job !== undefined && job.status !== 'done') breach('I1', `job ${id} is deleted while ${job.status}`);
        mirror.jobs.delete(id);
      }
    },
    createRunner: seen(store.createRunner, sawRunner),
    replaceRunner: seen(store.replaceRunner, sawRunner),
    async deleteRunner(scope, name, version) {
      await store.deleteRunner(scope, name, version);
      if ((await store.loadScope(scope)).runners.some((runner) => runner.name === name)) return;
      if (isAlive(name) && runners.get(name)?.outcome !== 'launch-failed') breach('I3', `the record of ${name} is deleted while its machine lives`);
      mirror.runners.delete(name);
    },
    async savePlan(scope, plan) {
      const written = await store.savePlan(scope, plan);
      if (written.kind === 'written') sawPlan(scopeKey(scope), written.item);
      return written;
    },
    async takeCap(request) {
      const outcome = await store.takeCap(request);
      if (outcome.kind === 'full') return outcome;
      for (const name of request.names) mirror.holders.set(name, { name, classId: request.classId, scope: request.scope, since: world.now });
      const ofClass = mirror.holders.size(request.classId);
      const held = mirror.holders.items.size;
      if (Number.isFinite(request.limits.all) && (held > settings.maxRunners || ofClass > request.limits.perClass)) breach('I5', `${held} places are held of ${settings.maxRunners}, ${ofClass} of ${request.limits.perClass} in ${request.classId}`);
      return outcome;
    },
    async releaseCap(released) {
      await store.releaseCap(released);
      for (const { name } of released) {
        mirror.holders.delete(name);
        if (isAlive(name)) breach('I5', `the place of ${name} is released while its machine lives`);
      }
    },
  };

  const watchedEc2: SimulatedEc2 = {
    ...ec2,
    async launch(request) {
      const before = world.ledger.machines.length;
      // The machine is made before the answer is awaited: others may be made meanwhile.
      const answer = ec2.launch(request);
      if (world.ledger.machines.length > before) sawLaunch(request.name, world.ledger.machines.at(-1)!.instanceId, request.pool);
      return answer;
    },
    async terminate(instanceId, force) {
      judgeTermination(instanceId);
      return ec2.terminate(instanceId, force);
    },
  };

  function sawLaunch(name: string, instanceId: string, pool: Machine['request']['pool']): void {
    tell?.(ofName(name)(`  machine ${instanceId} launched in ${poolKey(pool)}:`));
    if (!mirror.holders.items.has(name)) breach('I5', `${name} is launched without a place`);
    if (lastNamed.has(name)) breach('I2', `two machines are named ${name}`);
    lastNamed.set(name, instanceId);
    living.set(instanceId, world.machines.get(instanceId)!);
  }

  function* stillLiving(): Generator<Machine> {
    for (const [instanceId, machine] of living) {
      if (machine.endedAt === null) yield machine;
      else living.delete(instanceId);
    }
  }

  /** I6: a machine in the middle of a job is ended by its clock only, or 120 s after its job is final in Gitea. */
  function judgeTermination(instanceId: string): void {
    const machine = world.machines.get(instanceId);
    if (machine === undefined || machine.state === 'terminated') return;
    tell?.(`  EC2 is asked to end ${instanceId}`);
    const endsBy = Date.parse(machine.request.tags[TAGS.endsBy] ?? '');
    if (world.now + skewMs >= endsBy || machine.state === 'stopped' || machine.state === 'stopping') return;
    const job = machine.jobId === null ? undefined : world.gitea.jobs.get(machine.jobId);
    if (machine.phase !== 'busy' || job === undefined || job.runnerId !== machine.request.runnerId) return;
    // On 1.24 the row is the only witness that a job is over, and a person may delete it.
    if (!world.traits.jobsApi && !world.gitea.registrations.has(machine.request.runnerId)) return;
    if (job.state !== 'done') breach('I6', `${instanceId} is ended in the middle of job ${job.id}`);
    // One of which nobody knew that it had a job is idle to us, and with its row gone it can report nothing any more.
    // What 1.24 told by a row that a person deleted began the grace, also where Gitea is upgraded before it is over.
    else if (job.completedAt !== null && !endedAsGone(jobs.get(String(job.id))) && runners.get(machine.request.name)?.ran !== null && world.now - job.completedAt < 120 * SECOND - skewMs) breach('I6', `${instanceId} is ended ${Math.round((world.now - job.completedAt) / SECOND)} s after the end of job ${job.id}`);
  }

  return { store: watched, ec2: watchedEc2, jobs, runners, holders: mirror.holders.items, plans, living: stillLiving, endOf, broken, breach };
}

/** The write, and a look at what it wrote. */
function seen<Item>(write: (item: Item) => Promise<Written<Item>>, saw: (item: Item) => void): (item: Item) => Promise<Written<Item>> {
  return async (item) => {
    const written = await write(item);
    if (written.kind === 'written') saw(written.item);
    return written;
  };
}

/** Was its end inferred from the row of its runner? How it ended Gitea may have told later. */
function endedAsGone(job: Job | undefined): boolean {
  const [end] = job?.timeline.filter((entry) => entry.event === 'done').slice(-1) ?? [];
  return end?.detail.endsWith(': gone') === true;
}
