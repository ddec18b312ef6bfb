import { foresee, foreseeIn, type Simulation } from '../world/simulation.js';

/** The notice reaches EventBridge at once and the machine at its next look; then EC2 takes it. No notice: it is taken at once. */
export function interrupt(simulation: Simulation, instanceId: string, noticeMs: number | null): boolean {
  const { ec2, now } = simulation.state;
  const machine = ec2.machines.get(instanceId);
  if (!machine || machine.phase === 'off') return false;
  if (noticeMs !== null) {
    machine.noticeAt = now;
    simulation.outbox.push({ kind: 'instance-event', at: now, detailType: 'EC2 Spot Instance Interruption Warning', detail: { 'instance-id': instanceId, 'instance-action': 'terminate' } });
    foreseeIn(simulation, [0, 5_000], { kind: 'notice', instanceId });
  }
  foresee(simulation, now + (noticeMs ?? 0), { kind: 'reclaim', instanceId });
  return true;
}
