import { createHash } from 'node:crypto';
import type { Instance, Pool } from '@tinqs/fleet';
import { between, chance, hex } from '../world/random.js';
import { foresee, foreseeIn, type Simulation } from '../world/simulation.js';
import type { Ec2State, LaunchAnswer, LaunchRequest, Machine, MachineFault, PoolPattern } from './ec2-state.js';
import { endFromOutside } from './machine.js';

/** What life adds to the limits of a class: see the boot script's last clock. */
const LIFE_MARGIN = 600_000;
/** Terminated machines stay visible for about an hour. */
const VISIBLE_AFTER_END = 3_600_000;
/** EC2 promises nothing. A launch of which nobody heard is looked for for a minute at least, whoever's clock counts it. */
const LATEST_VISIBLE = 50_000;

/** RunInstances for one machine in one pool. The same token with the same request answers with the same machine. */
export function launch(simulation: Simulation, request: LaunchRequest): LaunchAnswer {
  const { ec2, random, misbehaviour } = simulation.state;
  const before = ec2.tokens.get(request.clientToken);
  if (before !== undefined) {
    const machine = ec2.machines.get(before);
    if (machine && JSON.stringify(machine.request) !== JSON.stringify(request)) return refused('IdempotentParameterMismatch', 'The request uses the same client token as a previous, but non-identical request.');
    if (!machine || machine.endedAt !== null) return refused('IdempotentInstanceTerminated', 'The instance that this token made has been terminated.');
    return { kind: 'launched', instanceId: machine.instanceId, availabilityZone: machine.availabilityZone };
  }
  const rule = ec2.refusals.find((each) => each.remaining !== 0 && (each.until === null || simulation.state.now < each.until) && matches(each.pools, request.pool));
  if (rule) {
    if (rule.remaining !== null) rule.remaining -= 1;
    return refused(rule.code, `${rule.code} (simulated)`);
  }
  if (chance(random, misbehaviour.refuseCapacity)) return refused('InsufficientInstanceCapacity', 'There is no capacity in this pool (simulated).');
  const machine = create(simulation, request);
  ec2.tokens.set(request.clientToken, machine.instanceId);
  return { kind: 'launched', instanceId: machine.instanceId, availabilityZone: machine.availabilityZone };
}

function refused(code: string, message: string): LaunchAnswer {
  return { kind: 'error', code, message };
}

function create(simulation: Simulation, request: LaunchRequest): Machine {
  const { ec2, ledger, random, now } = simulation.state;
  const { timing } = simulation;
  const instanceId = `i-${hex(random, 17)}`;
  const machine: Machine = {
    instanceId,
    request,
    availabilityZone: zoneOf(request.pool.subnet),
    launchedAt: now,
    visibleAt: now + between(random, timing.visible) + lateBy(simulation),
    faults: drawFaults(simulation, request),
    state: 'pending',
    stateReason: null,
    phase: 'booting',
    fetching: null,
    jobId: null,
    onlineAt: null,
    noticeAt: null,
    reportingSince: null,
    endedAt: null,
    console: [],
  };
  ec2.machines.set(instanceId, machine);
  listings.get(ec2)?.changing.add(machine);
  ec2.launched += 1;
  ledger.machines.push({ instanceId, name: request.name, runnerId: request.runnerId, launchedAt: now, terminatedAt: null, stateReason: null });
  const { bootSeconds, idleSeconds, jobMinutes } = request.limits;
  foreseeIn(simulation, timing.pending, { kind: 'running', instanceId });
  foreseeIn(simulation, timing.boot, { kind: machine.faults.some((fault) => fault.kind === 'ends-booting') ? 'ends-booting' : 'online', instanceId });
  foresee(simulation, now + bootSeconds * 1_000, { kind: 'boot-limit', instanceId });
  foresee(simulation, now + (bootSeconds + idleSeconds + jobMinutes * 60) * 1_000 + LIFE_MARGIN, { kind: 'life-limit', instanceId });
  const { interrupt: plan } = simulation.state.misbehaviour;
  if (request.pool.market === 'spot' && chance(random, plan.probability)) {
    foreseeIn(simulation, [0, plan.withinMs], { kind: 'interruption', instanceId });
  }
  return machine;
}

/** Reads are eventually consistent, as a rule within seconds. */
function lateBy({ state: { random, misbehaviour } }: Simulation): number {
  return chance(random, misbehaviour.unseen) ? between(random, [0, LATEST_VISIBLE]) : 0;
}

function drawFaults(simulation: Simulation, request: LaunchRequest): readonly MachineFault[] {
  const { ec2, random, misbehaviour } = simulation.state;
  const faults: MachineFault[] = [];
  const rule = ec2.breakRules.find((each) => each.remaining !== 0 && matches(each.pools, request.pool) && (each.classId === null || each.classId === request.classId));
  if (rule) {
    if (rule.remaining !== null) rule.remaining -= 1;
    faults.push(rule.fault);
  }
  if (chance(random, misbehaviour.neverOnline)) faults.push({ kind: 'never-online' });
  if (chance(random, misbehaviour.jobHangs)) faults.push({ kind: 'job-hangs' });
  if (chance(random, misbehaviour.ignorePoweroff)) faults.push({ kind: 'ignores-poweroff' });
  return faults;
}

function matches(pattern: PoolPattern, pool: Pool): boolean {
  return (['instanceType', 'subnet', 'market'] as const).every((key) => pattern[key] === undefined || pattern[key] === pool[key]);
}

/** Each subnet lies in one zone. */
export function zoneOf(subnet: string): string {
  const last = /([a-f])$/.exec(subnet)?.[1];
  return `eu-west-1${last && last <= 'c' ? last : 'abc'[createHash('sha256').update(subnet).digest()[0]! % 3]}`;
}

/** Idempotent; `force` cuts the machine off. A machine that EC2 no longer shows is `not-found`. */
export function terminate(simulation: Simulation, instanceId: string, force: boolean): 'ending' | 'not-found' {
  const machine = simulation.state.ec2.machines.get(instanceId);
  if (!machine) return 'not-found';
  if (machine.state === 'stopped' || machine.state === 'stopping') machine.state = 'running';
  endFromOutside(simulation, machine, 'Client.UserInitiatedShutdown', { silent: force, atOnce: force });
  return 'ending';
}

/** What DescribeInstances has shown so far: thousands of machines are listed of which nothing changes any more. */
interface Listing {
  readonly skewMs: number;
  readonly changing: Set<Machine>;
  /** In the order of their ends. */
  readonly ended: Instance[];
  readonly endedAt: number[];
}

/** Beside the state, which is plain data and says it all. */
const listings = new WeakMap<Ec2State, Listing>();

function listingOf(ec2: Ec2State, skewMs: number): Listing {
  const known = listings.get(ec2);
  if (known?.skewMs === skewMs) return known;
  const fresh = { skewMs, changing: new Set(ec2.machines.values()), ended: [], endedAt: [] };
  listings.set(ec2, fresh);
  return fresh;
}

/** DescribeInstances: a new machine shows after a moment, an ended one for an hour. */
export function listInstances(simulation: Simulation): readonly Instance[] {
  const { ec2, misbehaviour, now } = simulation.state;
  const { skewMs, changing, ended, endedAt } = listingOf(ec2, misbehaviour.ec2SkewMs);
  const visible = [...changing].filter((machine) => machine.visibleAt <= now);
  for (const machine of visible.filter((each) => each.endedAt !== null).sort((a, b) => a.endedAt! - b.endedAt!)) {
    changing.delete(machine);
    ended.push(shown(machine, skewMs));
    endedAt.push(machine.endedAt!);
  }
  const over = endedAt.findIndex((at) => now - at < VISIBLE_AFTER_END);
  for (const list of [ended, endedAt]) list.splice(0, over < 0 ? list.length : over);
  return [...ended, ...visible.filter((machine) => machine.endedAt === null).map((machine) => shown(machine, skewMs))];
}

function shown({ instanceId, state, stateReason, launchedAt, availabilityZone, request }: Machine, skewMs: number): Instance {
  return { instanceId, state, stateReason, launchedAt: launchedAt + skewMs, tags: request.tags, pool: request.pool, availabilityZone };
}

/** GetConsoleOutput. */
export function consoleOf(simulation: Simulation, instanceId: string): string | null {
  return simulation.state.ec2.machines.get(instanceId)?.console.join('\n') ?? null;
}
