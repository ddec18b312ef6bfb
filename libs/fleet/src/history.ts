import type { Job } from './job.js';
import { LIMITS } from './limits.js';
import { awaitsRerun } from './rerun.js';
import type { Runner } from './runner.js';
import { scopeKey, type ScopeKey } from './scope.js';
import { attempt, type SweepView } from './sweep-view.js';
import { days, hours } from './time.js';

/** Dollars of today: of runners still in the table, and of those that this pass moved to history. */
export interface Spent {
  readonly live: number;
  readonly moved: number;
}

/**
 * What ended moves to history: written there first, deleted here second, both may be repeated, and only the version
 * that was written is deleted. A job stays as long as a runner that took it: it is the witness of that runner's end.
 */
export async function moveToHistory(view: SweepView): Promise<Spent> {
  const { ports, now } = view;
  const spent = { live: 0, moved: 0 };
  for (const scope of view.scopes) {
    const key = scopeKey(scope);
    const { jobs, runners } = await ports.store.loadScope(key);
    const staying: Runner[] = [];
    for (const runner of runners) {
      // Its grant counts as supply until a runner of that name is seen: the name must outlive it.
      const grantIsVoid = now - (runner.stages.granted ?? 0) > LIMITS.grant;
      const leaves = runner.state === 'ended' && runner.registrationGone && grantIsVoid && !awaitsRerun(view, runner, jobs);
      const moved = leaves && (await attempt(view, `history of ${runner.name}`, () => moveRunner(view, key, runner, jobs).then(() => true))) === true;
      if (!moved) staying.push(runner);
      spent[moved ? 'moved' : 'live'] += costToday(runner, now);
    }
    for (const job of jobs) {
      const settled = job.status === 'done' && now - (job.completedAt ?? now) > LIMITS.grace;
      if (settled && !staying.some((runner) => runner.ran === job.id || (runner.state !== 'ended' && runner.runnerId === job.runnerId))) await attempt(view, `history of job ${job.id}`, () => moveJob(view, key, job));
    }
  }
  return spent;
}

async function moveRunner({ ports, now }: SweepView, key: ScopeKey, runner: Runner, jobs: readonly Job[]): Promise<void> {
  await ports.store.recordEnded({ id: runner.name, kind: 'runner', endedAt: runner.stages.terminated ?? now, job: jobs.find((job) => job.id === runner.ran) ?? null, runner });
  await ports.store.deleteRunner(key, runner.name, runner.version);
}

/** Its end is remembered first, with its generation: a late duplicate must find it once the live job is gone. */
async function moveJob({ ports, now }: SweepView, key: ScopeKey, job: Job): Promise<void> {
  const { id, scope, repository, runId, name, url, generation, conclusion } = job;
  const at = job.completedAt ?? now;
  await ports.store.finishJob({ id, scope, repository, runId, name, url, final: { generation, conclusion, at } });
  await ports.store.recordEnded({ id, kind: 'job', endedAt: at, job, runner: null });
  await ports.store.deleteJob(key, id, job.version);
}

function costToday(runner: Runner, now: number): number {
  const { launched, terminated } = runner.stages;
  if (launched === undefined || runner.pricePerHour === null) return 0;
  const midnight = Math.floor(now / days(1)) * days(1);
  return (Math.max(0, (terminated ?? now) - Math.max(launched, midnight)) / hours(1)) * runner.pricePerHour;
}
