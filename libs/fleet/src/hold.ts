import type { Action } from './action.js';
import type { FleetPorts } from './ports.js';
import { isPermanent } from './reason.js';
import { amendJob } from './record.js';
import type { Scope } from './scope.js';
import { addEntry, addReason } from './timeline.js';
import { minutes, type Instant } from './time.js';
import type { World } from './world.js';

type Hold = Extract<Action, { kind: 'hold' }>;

/**
 * Writes why each job waits, where that changed, and asks for the next look: at once for jobs of which more than a
 * pass's grants wait, else when the first of them may be tried again. Whoever found the same reason before has asked
 * already. What nobody can foresee, the sweep finds.
 */
export async function holdJobs(ports: Pick<FleetPorts, 'store' | 'queue'>, scope: Scope, world: World, holds: readonly Hold[], now: Instant): Promise<void> {
  const news = new Set<Hold>();
  await Promise.all(
    holds.map(async (hold) => {
      const job = world.jobs.find((each) => each.id === hold.jobId);
      if (job === undefined) return;
      await amendJob(ports, job, (current) => {
        // The next pass follows at once: beside a reason of more weight it is not worth a write.
        if (hold.reason.code === 'TURN' && current.reasons.length > 0) return undefined;
        const reasons = addReason(current.reasons, hold.reason, now);
        if (reasons === current.reasons || current.status === 'running' || current.status === 'done') return undefined;
        news.add(hold);
        return { ...current, reasons, timeline: hold.reason.code === 'SERVED' ? current.timeline : addEntry(current.timeline, now, 'waiting', hold.reason.sentence) };
      });
    }),
  );
  const wake = nextLook(holds.filter((hold) => hold.reason.code === 'TURN' || news.has(hold)), now);
  if (wake !== null) await ports.queue.knock(scope, Math.min(Math.max(wake - now, 0), minutes(15)));
}

function nextLook(holds: readonly Hold[], now: Instant): Instant | null {
  const times = holds.flatMap((hold) => {
    if (isPermanent(hold.reason.code)) return [];
    if (hold.reason.code === 'TURN') return [now];
    return hold.until === null ? [] : [hold.until];
  });
  return times.length === 0 ? null : Math.min(...times);
}

