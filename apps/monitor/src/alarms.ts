import type { SweepReport } from '@tinqs/fleet';

/** Something a person should look at, once while it lasts. */
export interface Alarm {
  readonly id: string;
  readonly sentence: string;
}

/** What one pass of the sweep found that no machine can mend. */
export function alarmsOf(report: SweepReport): readonly Alarm[] {
  const clocks = report.ended.filter((ending) => ending.code === 'DEATH_CLOCK');
  return [
    ...report.failed.map(({ part, message }) => ({ id: `sweep ${part}`, sentence: `part "${part}" of the sweep failed: ${message}` })),
    ...report.stuck.map(({ scope, sentence }) => ({ id: `stuck ${scope} ${sentence}`, sentence: `${scope}: ${sentence}` })),
    ...report.lost.map(({ job, sentence }) => ({ id: `lost ${job}`, sentence })),
    ...clocks.map(({ instanceId }) => ({ id: `clock ${instanceId}`, sentence: `${instanceId} was ended by its outside death clock: an inner one failed` })),
    ...(report.missedByWebhooks > 0 ? [{ id: 'missed', sentence: `${report.missedByWebhooks} jobs that no webhook announced were found by comparing: is the hook well?` }] : []),
  ];
}

/** Alarms that were not raised by the pass before; the same trouble is told once. */
export function newAlarms(alarms: readonly Alarm[], before: readonly string[]): readonly Alarm[] {
  return alarms.filter((alarm) => !before.includes(alarm.id));
}
