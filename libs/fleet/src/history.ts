import { LIMITS } from './limits.js';
import { awaitsRerun } from './rerun.js';
import type { Runner } from './runner.js';
import { scopeKey } from './scope.js';
import type { SweepView } from './sweep.js';
import { days, hours } from './time.js';

/** Dollars of today: of runners still in the table, and of those that this pass moved to history. */
export interface Spent {
  readonly live: number;
  readonly moved: number;
}

/** What ended moves to history: written there first, deleted here second, both may be repeated. */
export async function moveToHistory(view: SweepView): Promise<Spent> {
  const { ports, now } = view;
  const spent = { live: 0, moved: 0 };
  for (const scope of view.scopes) {
    const key = scopeKey(scope);
    const { jobs, runners } = await ports.store.loadScope(key);
    for (const runner of runners) {
      const moves = runner.state === 'ended' && runner.registrationGone && !awaitsRerun(runner, jobs, now);
      spent[moves ? 'moved' : 'live'] += costToday(runner, now);
      if (!moves) continue;
      await ports.store.recordEnded({ id: runner.name, kind: 'runner', endedAt: runner.stages.terminated ?? now, job: jobs.find((job) => job.id === runner.ran) ?? null, runner });
      await ports.store.deleteRunner(key, runner.name);
    }
    for (const job of jobs) {
      const settled = job.status === 'done' && now - (job.completedAt ?? now) > LIMITS.grace;
      if (!settled || runners.some((runner) => runner.ran === job.id && (runner.state !== 'ended' || awaitsRerun(runner, jobs, now)))) continue;
      await ports.store.recordEnded({ id: job.id, kind: 'job', endedAt: job.completedAt ?? now, job, runner: null });
      await ports.store.deleteJob(key, job.id);
    }
  }
  return spent;
}

function costToday(runner: Runner, now: number): number {
  const { launched, terminated } = runner.stages;
  if (launched === undefined || runner.pricePerHour === null) return 0;
  const midnight = Math.floor(now / days(1)) * days(1);
  return (Math.max(0, (terminated ?? now) - Math.max(launched, midnight)) / hours(1)) * runner.pricePerHour;
}
