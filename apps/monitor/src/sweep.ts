import { META, sweep, type FleetPorts, type FleetSettings, type SweepReport } from '@tinqs/fleet';
import type { RunStore } from '@tinqs/run-store';
import { alarmsOf, toTell, type Alarm, type Told } from './alarms.js';
import { giteaForAWhile, type GiteaTime } from './gitea-for-a-while.js';

export interface SweepTools {
  readonly ports: FleetPorts;
  readonly settings: FleetSettings;
  readonly store: RunStore;
  readonly alert: (alarm: Alarm) => Promise<void>;
}

/** What is left of the function's 55 s is for EC2 and the table. */
const GITEA: GiteaTime = { allMs: 40_000, listMs: 30_000 };

/** One pass, each minute: the domain's sweep, then what people must hear of, then what the table may forget. */
export async function runSweep({ ports, settings, store, alert }: SweepTools): Promise<SweepReport> {
  const whileGitea = giteaForAWhile(ports, GITEA);
  const report = await sweep(whileGitea.ports, settings, async (swept) => {
    const { at: _at, ...found } = swept;
    ports.log.info('swept', found);
    await tell(alarmsOf(swept), { ports, store, alert });
  }).finally(whileGitea.end);
  await store.expire().catch((cause: unknown) => ports.log.warn('old items could not be deleted', { cause }));
  return report;
}

/**
 * Noted before anybody is told, and again after each, so that the pass that follows one that was cut off goes on where it was.
 * What was not taken goes behind the others: one that the chat will never take holds up nothing.
 */
async function tell(alarms: readonly Alarm[], { ports, store, alert }: Pick<SweepTools, 'ports' | 'store' | 'alert'>): Promise<void> {
  const { told = [], untold = [] } = ((await store.readMeta(META.alarms)) as Partial<Told> | undefined) ?? {};
  const lasting = alarms.map((alarm) => alarm.id);
  const note = (left: readonly Alarm[]) => store.writeMeta(META.alarms, { told: lasting, untold: left } satisfies Told);
  const news = toTell(alarms, { told, untold });
  for (const alarm of news) if (!untold.includes(alarm)) ports.log.error('alarm', { ...alarm });
  if (news.length > 0 || told.length > 0) await note(news);
  for (const [index, alarm] of news.entries()) {
    const rest = news.slice(index + 1);
    try {
      await alert(alarm);
    } catch (cause) {
      // Each may take seconds: the rest waits for the next pass.
      ports.log.error('alarm could not be sent', { alarm: alarm.id, cause });
      return note([...rest, alarm]);
    }
    await note(rest);
  }
}
