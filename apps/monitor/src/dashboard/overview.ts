import { countHolders, META, statusView, type EndedRecord, type Job, type Runner, type RunnerClass, type StatusView, type SweepMark } from '@tinqs/fleet';
import type { RunStore } from '@tinqs/run-store';

/** Everything the screens show of now, read from the table alone. */
export interface Overview {
  readonly status: StatusView;
  readonly jobs: readonly Job[];
  readonly runners: readonly Runner[];
  readonly ended: readonly EndedRecord[];
  readonly classes: readonly RunnerClass[];
}

const DAY_MS = 86_400_000;

export async function readOverview(store: RunStore, maxRunners: number | null, now: number): Promise<Overview> {
  const [live, ended, holders, sweep, missed, classes] = await Promise.all([store.listLive(), store.listEnded({ from: now - DAY_MS, to: now + 1 }), store.listCapHolders(), store.readMeta(META.sweep), store.readMeta(META.missed), store.readMeta(META.classes)]);
  const known = (classes as readonly RunnerClass[] | undefined) ?? [];
  const status = statusView({ jobs: live.jobs, runners: live.runners, classes: known, cap: countHolders(holders), maxRunners, sweep: sweep as SweepMark | undefined, missed: (missed as number | undefined) ?? 0 }, now);
  return { status, jobs: live.jobs, runners: live.runners, ended, classes: known };
}
