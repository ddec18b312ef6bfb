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

/** What is remembered from one pass to the next. */
export interface Told {
  /** Ids of what lasts and was told. */
  readonly told: readonly string[];
  /** What nobody has been told yet, since no message was taken. */
  readonly untold: readonly Alarm[];
}

/** A chat that is away for long is told of the last so many: more than machines that EC2 takes at once. */
const MOST_UNTOLD = 200;

/** What this pass has to tell: the same trouble is told once, what could not be told before comes first. */
export function toTell(alarms: readonly Alarm[], { told, untold }: Told): readonly Alarm[] {
  const known = new Set([...told, ...untold.map((alarm) => alarm.id)]);
  return [...untold.slice(-MOST_UNTOLD), ...alarms.filter((alarm) => !known.has(alarm.id))];
}
