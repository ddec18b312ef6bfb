import { countHolders, META, pauseOf, statusView, type Job, type Runner, type RunnerClass, type StatusView, type SweepMark } from '@tinqs/fleet';
import type { RunStore } from './run-store.js';

/** What the screens show of now: the status of the live world, and jobs and runners that live or ended within 24 hours, each once. */
export interface Overview {
  readonly status: StatusView;
  readonly jobs: readonly Job[];
  readonly runners: readonly Runner[];
  readonly classes: readonly RunnerClass[];
}

const DAY_MS = 86_400_000;

/** Read from the table alone: neither Gitea nor EC2 is asked. `maxRunners` is only shown. */
export async function readOverview(store: RunStore, maxRunners: number | null, now: number): Promise<Overview> {
  const [live, ended, holders, sweep, missed, known, pause] = await Promise.all([
    store.listLive(),
    store.listEnded({ from: now - DAY_MS, to: now + 1 }),
    store.listCapHolders(),
    store.readMeta(META.sweep),
    store.readMeta(META.missed),
    store.readMeta(META.classes),
    store.readMeta(META.pause),
  ]);
  const classes = (known as readonly RunnerClass[] | undefined) ?? [];
  return {
    status: statusView(
      {
        jobs: live.jobs,
        runners: live.runners,
        classes,
        cap: countHolders(holders),
        maxRunners,
        sweep: sweep as SweepMark | undefined,
        missed: (missed as number | undefined) ?? 0,
        paused: pauseOf(pause),
      },
      now,
    ),
    // Between the two writes of an end an item is live and ended: the ended one is newer.
    jobs: newestOf([...live.jobs, ...ended.flatMap(({ kind, job }) => (kind === 'job' && job !== null ? [job] : []))], (job) => job.id),
    runners: newestOf([...live.runners, ...ended.flatMap(({ runner }) => (runner === null ? [] : [runner]))], (runner) => runner.name),
    classes,
  };
}

function newestOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
