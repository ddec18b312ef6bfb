import { META, sweep, type FleetPorts, type FleetSettings, type SweepReport } from '@tinqs/fleet';
import type { RunStore } from '@tinqs/run-store';
import { alarmsOf, newAlarms, type Alarm } from './alarms.js';
import { giteaForAWhile } from './gitea-for-a-while.js';

export interface SweepTools {
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly store: RunStore;
  readonly alert: (alarm: Alarm) => Promise<void>;
}

/** What is left of the function's 55 s is for EC2 and the table. */
const GITEA_MS = 40_000;

/** One pass, each minute: the domain's sweep, then what people must hear of, then what the table may forget. */
export async function runSweep({ ports, settings, store, alert }: SweepTools): Promise<SweepReport> {
  const whileGitea = giteaForAWhile(ports, GITEA_MS);
  const report = await sweep(whileGitea.ports, settings).finally(whileGitea.end);
  const { at: _at, ...found } = report;
  ports.log.info('swept', found);
  const alarms = alarmsOf(report);
  const before = ((await store.readMeta(META.alarms)) as string[] | undefined) ?? [];
  for (const alarm of newAlarms(alarms, before)) {
    ports.log.error('alarm', { ...alarm });
    await alert(alarm).catch((cause: unknown) => ports.log.error('alarm could not be sent', { alarm: alarm.id, cause }));
  }
  if (alarms.length > 0 || before.length > 0) await store.writeMeta(META.alarms, alarms.map((alarm) => alarm.id));
  await store.expire().catch((cause: unknown) => ports.log.warn('old items could not be deleted', { cause }));
  return report;
}
