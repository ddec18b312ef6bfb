import { sweep, type FleetSettings, type RunnerClass } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { createLawsOfTime, createSimulatedWorld, createVirtualDispatcher, createWitness, localEc2, type GiteaVersion, type SimulatedWorld } from '@tinqs/simulator';
import { silent } from './silent.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STARTED_AT = Date.UTC(2030, 0, 1);
const CAP = 400;
const JOBS_PER_PUSH = 5;
/** The world forgets what has been over for so long. */
const RETAINED = HOUR;

const GO: RunnerClass = { id: 'go', labels: ['go'], instanceTypes: ['t3.small', 't3a.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: CAP }, market: 'spot', instanceProfile: false, sudo: false, allowedRepositories: null, rerun: true, isDefault: false };

export interface DayOptions {
  readonly jobs: number;
  readonly repositories: number;
  readonly hours: number;
  readonly seed: number;
  readonly gitea: GiteaVersion;
}

export interface DayReport {
  readonly served: number;
  /** Laws that were broken, as sentences. */
  readonly broken: readonly string[];
  readonly mostMachines: number;
  readonly peakBytes: number;
}

/**
 * A day of a busy Gitea in virtual time: planner, controller, sweep and the store in memory, one delivery in twenty dropped, one
 * doubled, one in ten overtaking others. I1 to I7 are looked at with every write, every call to EC2 and after every step; at the
 * end everything must have been served once, and nothing may be left.
 */
export async function playDay({ jobs, repositories, hours, seed, gitea }: DayOptions): Promise<DayReport> {
  const world = createSimulatedWorld({ seed, startedAt: STARTED_AT, gitea, misbehaviour: { drop: 0.05, duplicate: 0.05, reorder: 0.1 }, timing: { job: [30 * SECOND, 60 * SECOND] }, retainMs: RETAINED });
  world.do('addHook', { url: 'http://dispatcher.simulated', secret: 's', events: ['workflow_job'] });
  const names = Array.from({ length: repositories }, (_, index) => `acme/app-${index + 1}`);
  for (const fullName of names) world.do('createRepository', { fullName, files: { 'README.md': 'app' } });
  const settings: FleetSettings = { installation: 'day', classes: [GO], scopeKind: 'repository', maxRunners: CAP, subnets: ['subnet-a', 'subnet-b'], dailyBudget: null };
  const witness = createWitness({ store: createMemoryRunStore({ now: () => world.now, freezes: false }), ec2: localEc2(world), world, settings, skewMs: 0 });
  const judge = createLawsOfTime(world, witness, 0);
  const { ports, workOff, nextKnock } = createVirtualDispatcher({ world, store: witness.store, ec2: witness.ec2, settings, log: silent });

  let [pushed, mostMachines, peakBytes] = [0, 0, 0];
  let [nextSweep, nextNote] = [STARTED_AT + 30 * SECOND, STARTED_AT];
  const pushes = Math.ceil(jobs / JOBS_PER_PUSH);
  const end = STARTED_AT + (hours + 2) * HOUR;
  const pushAt = (index: number) => (index < pushes ? STARTED_AT + Math.floor((index * hours * HOUR) / pushes) : Infinity);
  const served = createServed(world);
  const alive = () => [...witness.living()].length;
  const isOver = () => pushed === pushes && witness.holders.size === 0 && world.gitea.registrations.size === 0 && alive() === 0 && served.note() >= jobs;

  while (!isOver() && world.now < end && witness.broken.length === 0) {
    const next = Math.min(world.nextAt() ?? Infinity, nextSweep, pushAt(pushed), nextKnock());
    // What comes within a second is one batch, as the queue hands it out.
    world.settle(Math.max(next, world.now) + SECOND);
    if (world.now >= pushAt(pushed)) {
      world.do('push', { repository: names[pushed % names.length]!, files: { 'stamp.txt': String(pushed) }, workflows: [{ file: 'ci.yml', jobs: Array.from({ length: JOBS_PER_PUSH }, (_, index) => ({ key: `job-${index}`, labels: ['go'] })) }] });
      pushed += 1;
    }
    await workOff();
    judge();
    if (world.now < nextSweep) continue;
    nextSweep += MINUTE;
    await sweep(ports, settings);
    judge();
    mostMachines = Math.max(mostMachines, alive());
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
    if (world.now < nextNote) continue;
    nextNote += RETAINED / 2;
    served.note();
  }

  const count = served.note();
  const broken = [
    ...witness.broken.map(({ message }) => message),
    ...(count < jobs ? [`${jobs - count} jobs were never served`] : []),
    ...served.wrong(),
    ...(alive() > 0 ? ['machines were left'] : []),
    ...(world.gitea.registrations.size > 0 ? ['registrations were left'] : []),
    ...(witness.holders.size > 0 ? ['places were left'] : []),
    ...(mostMachines > CAP ? [`${mostMachines} machines at once are more than ${CAP}`] : []),
  ];
  return { served: count, broken, mostMachines, peakBytes };
}

/** What was served, by job and attempt, beyond what the world remembers; to be noted twice in that time, so that every end is seen. */
function createServed({ ledger }: SimulatedWorld) {
  const runners = new Map<string, number>();
  const twice = new Set<string>();
  const ended = new Map<string, string>();
  return {
    note(): number {
      for (const { jobId, attempt, runnerId, conclusion } of ledger.served) {
        const key = `${jobId}/${attempt}`;
        if (runners.has(key) && runners.get(key) !== runnerId) twice.add(key);
        runners.set(key, runnerId);
        if (conclusion !== null) ended.set(key, conclusion);
      }
      return runners.size;
    },
    wrong(): readonly string[] {
      const unwell = [...runners.keys()].filter((key) => ended.get(key) !== 'success').length;
      return [...(twice.size > 0 ? [`${twice.size} jobs were served twice`] : []), ...(unwell > 0 ? [`${unwell} jobs did not end well`] : [])];
    },
  };
}
