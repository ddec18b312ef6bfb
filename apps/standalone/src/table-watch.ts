import { setTimeout as pause } from 'node:timers/promises';
import type { RunStore } from '@tinqs/run-store';
import { changes, seenIn, type Reporter, type Seen } from './report.js';

/** A look reads every open job. */
const LOOK_REST_MS = 300;

export interface TableWatch {
  /** Tells what changed, soon; looks never overlap, and one that has not begun is enough. */
  look(): void;
  /** The looks that were asked for are over. */
  settled(): Promise<void>;
}

interface TableWatchOptions {
  readonly store: Pick<RunStore, 'listLive' | 'listDeliveries'>;
  readonly reporter: Reporter;
  readonly simulated: boolean;
  readonly now: () => number;
  readonly onError: (cause: unknown) => void;
}

/** Turns what changes in the table into lines, from this moment on: what it holds now is no news, an earlier start has told it. */
export async function watchTable({ store, reporter, simulated, now, onError }: TableWatchOptions): Promise<TableWatch> {
  const read = () => Promise.all([store.listLive(), store.listDeliveries({ day: new Date(now()).toISOString().slice(0, 10), limit: 20 })]);
  const [live, received] = await read();
  let seen: Seen = seenIn(live.jobs, live.runners);
  let lastDeliveries: ReadonlySet<string> = new Set(received.map((each) => each.id));
  let looking: Promise<void> = Promise.resolve();
  let isLookAhead = false;

  async function lookNow(): Promise<void> {
    isLookAhead = false;
    const [{ jobs, runners }, deliveries] = await read();
    for (const delivery of [...deliveries].reverse().filter((each) => each.decision === 'planned' && !lastDeliveries.has(each.id))) {
      reporter.say({ event: 'push', text: `${delivery.repository} → ${delivery.sentence}`, repository: delivery.repository, sentence: delivery.sentence });
    }
    lastDeliveries = new Set(deliveries.map((each) => each.id));
    const lines = changes(seen, jobs, runners, simulated);
    for (const line of lines) reporter.say(line);
    seen = seenIn(jobs, runners);
    if (lines.some((line) => line.event === 'runner' && line['state'] === 'ended')) {
      const waiting = jobs.filter((job) => job.status === 'queued').length;
      const machines = runners.filter((runner) => runner.state !== 'ended').length;
      reporter.say({ event: 'check', text: `${waiting} ${waiting === 1 ? 'job' : 'jobs'} waiting, ${machines} ${machines === 1 ? 'machine' : 'machines'} left`, waiting, machines });
    }
  }

  return {
    look() {
      if (isLookAhead) return;
      isLookAhead = true;
      looking = looking.then(() => pause(LOOK_REST_MS)).then(lookNow).catch(onError);
    },
    settled: () => looking,
  };
}
