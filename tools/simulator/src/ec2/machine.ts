import { chance } from '../world/random.js';
import { foresee, foreseeIn, type Simulation } from '../world/simulation.js';
import type { WorldEvent } from '../world/world-state.js';
import type { Machine, MachineFault } from './ec2-state.js';
import { interrupt } from './interruption.js';
import { answerFetch, endJob, fetchTask, goOnline, stopDaemon } from './runner-daemon.js';

export type MachineEvent = Extract<WorldEvent, { instanceId: string }>;

/** A job that a Spot notice finds running is ended after this, so that its failure is still reported. */
const AFTER_NOTICE = 60_000;
/** Then the machine waits for EC2 to take it, which gives the reason of its end, and powers itself off if that does not come. */
const UNTIL_TAKEN = 110_000;

export function happenToMachine(simulation: Simulation, machine: Machine, event: MachineEvent): void {
  if (event.kind === 'terminated') return becomeTerminated(simulation, machine);
  if (event.kind === 'claim') return answerFetch(simulation, machine);
  if (machine.phase === 'off') return;
  switch (event.kind) {
    case 'running':
      return changeState(simulation, machine, 'running');
    case 'online':
      return goOnline(simulation, machine);
    case 'fetch':
      return fetchTask(simulation, machine);
    case 'boot-limit':
      return machine.phase === 'booting' ? leave(simulation, machine, 'boot limit: the runner never came online') : undefined;
    case 'idle-limit':
      if (machine.phase !== 'idle') return;
      // An answer that is given up can lose its job, so the end waits for it.
      return machine.fetching ? foresee(simulation, simulation.state.now + 1_000, event) : leave(simulation, machine, 'idle limit: no job came');
    case 'life-limit':
      return leave(simulation, machine, 'life limit');
    case 'job-end':
      return machine.jobId === event.jobId ? endJob(simulation, machine, event.attempt) : undefined;
    case 'job-limit':
      return machine.phase === 'busy' && machine.jobId === event.jobId ? leave(simulation, machine, 'job limit') : undefined;
    case 'power-off':
      return powerOff(simulation, machine);
    case 'notice':
      if (machine.phase === 'busy') return foresee(simulation, simulation.state.now + AFTER_NOTICE, { kind: 'notice-over', instanceId: machine.instanceId });
      return machine.phase === 'leaving' ? undefined : leave(simulation, machine, 'Spot notice: no job had begun');
    case 'notice-over':
      return machine.phase === 'busy' ? leave(simulation, machine, 'Spot notice', [UNTIL_TAKEN, UNTIL_TAKEN]) : undefined;
    case 'interruption':
      interrupt(simulation, machine.instanceId, 120_000);
      return;
    case 'reclaim':
      return endFromOutside(simulation, machine, 'Server.SpotInstanceTermination');
    case 'ends-booting':
      return endsBooting(simulation, machine);
    case 'dies-in-job':
      return endFromOutside(simulation, machine, 'Server.InternalError', { silent: true });
  }
}

/** Its runner stops, by itself or ended by the supervisor, and the machine powers itself off. */
export function leave(simulation: Simulation, machine: Machine, why: string, exit = simulation.timing.exit): void {
  if (machine.phase === 'leaving' || machine.phase === 'off') return;
  say(simulation, machine, why);
  stopDaemon(simulation, machine, !chance(simulation.state.random, simulation.state.misbehaviour.silentEnds));
  machine.phase = 'leaving';
  foreseeIn(simulation, exit, { kind: 'power-off', instanceId: machine.instanceId });
}

function powerOff(simulation: Simulation, machine: Machine): void {
  if (hasFault(machine, 'ignores-poweroff')) return say(simulation, machine, 'poweroff: ignored');
  endFromOutside(simulation, machine, 'Client.InstanceInitiatedShutdown');
}

/** A machine that goes down lets its system stop the runner, which reports, unless it is cut off. */
export function endFromOutside(simulation: Simulation, machine: Machine, stateReason: string, { silent = false, atOnce = false } = {}): void {
  const { random, misbehaviour } = simulation.state;
  if (machine.state === 'terminated') return;
  const isEnding = machine.state === 'shutting-down';
  if (machine.phase !== 'off') stopDaemon(simulation, machine, !silent && !chance(random, misbehaviour.silentEnds));
  machine.phase = 'off';
  if (isEnding && !atOnce) return;
  machine.stateReason ??= stateReason;
  const stops = hasFault(machine, 'stops') && stateReason === 'Client.InstanceInitiatedShutdown';
  if (!isEnding) changeState(simulation, machine, stops ? 'stopping' : 'shutting-down');
  if (!hasFault(machine, 'shutdown-hangs') || atOnce) foreseeIn(simulation, atOnce ? [500, 1_500] : simulation.timing.shutdown, { kind: 'terminated', instanceId: machine.instanceId });
}

function endsBooting(simulation: Simulation, machine: Machine): void {
  const fault = machine.faults.find((each) => each.kind === 'ends-booting');
  if (!fault || machine.phase !== 'booting') return;
  machine.phase = 'off';
  machine.stateReason = fault.code;
  becomeTerminated(simulation, machine);
}

function becomeTerminated(simulation: Simulation, machine: Machine): void {
  const { ledger, now } = simulation.state;
  if (machine.state === 'terminated') return;
  if (machine.state === 'stopping') return changeState(simulation, machine, 'stopped');
  machine.endedAt = now;
  changeState(simulation, machine, 'terminated');
  const launched = ledger.machines.findLast((each) => each.instanceId === machine.instanceId);
  if (launched) Object.assign(launched, { terminatedAt: now, stateReason: machine.stateReason });
}

function changeState(simulation: Simulation, machine: Machine, state: Machine['state']): void {
  machine.state = state;
  simulation.outbox.push({
    kind: 'instance-event',
    at: simulation.state.now,
    detailType: 'EC2 Instance State-change Notification',
    detail: { 'instance-id': machine.instanceId, state },
  });
}

export function hasFault(machine: Machine, kind: MachineFault['kind']): boolean {
  return machine.faults.some((fault) => fault.kind === kind);
}

/** A line on the machine's console. */
export function say(simulation: Simulation, machine: Machine, line: string): void {
  machine.console.push(`${new Date(simulation.state.now).toISOString().slice(0, 19)}Z tinqs-ci: ${line}`);
}
