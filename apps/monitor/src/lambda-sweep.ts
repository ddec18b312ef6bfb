import type { SweepReport } from '@tinqs/fleet';
import { composeMonitor } from './compose.js';
import { runSweep } from './sweep.js';

const monitor = composeMonitor('sweep', process.env, Date.now);

/** Every minute. What fails in one part is in the report and an alarm; it throws only where nothing could be done at all. */
export async function handler(): Promise<SweepReport> {
  const { ports, settings, store, hasClasses } = await monitor.open();
  const report = await runSweep({ ports, settings, store, alert: monitor.alert });
  // Without classes no job is anybody's, so no knock would be sent: any message makes the dispatcher write them.
  if (!hasClasses) await monitor.queue.send({ kind: 'stub', receivedAt: monitor.now(), id: `classes-${monitor.now()}`, event: 'sweep', repository: null, decision: 'ignored', sentence: 'the first sweep asked for the runner classes' });
  return report;
}
