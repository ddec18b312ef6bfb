import type { Job } from './job.js';
import { amendJob } from './record.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { attempt, type SweepView } from './sweep-view.js';
import { addEntry } from './timeline.js';
import { minutes, type Instant } from './time.js';

/** Gitea's zombie sweep may take 15 minutes to call a lost job final; beyond twice that nobody waits for it. */
const PATIENCE = minutes(30);

/** P19: did it lose its machine in the middle of a job that may have to be run again? */
export function awaitsRerun(runner: Runner, jobs: readonly Job[], now: Instant): boolean {
  if (runner.outcome !== 'interrupted' || runner.ran === null || now - (runner.stages.terminated ?? now) > PATIENCE) return false;
  const job = jobs.find((each) => each.id === runner.ran);
  return job !== undefined && job.generation === 0 && !job.timeline.some((entry) => entry.event === RERUN);
}

const RERUN = 're-run asked';

/**
 * P19: a job whose machine EC2 took is run again once, by that single job's id, when Gitea calls it final, where the
 * server has the call (since 1.26.0) and the class allows it. Remembered by run and job name: a re-run may bring new ids.
 */
export async function rerunInterrupted(view: SweepView, scope: Scope): Promise<void> {
  const { ports, now } = view;
  const server = await ports.server();
  const { jobs, runners } = await ports.store.loadScope(scopeKey(scope));
  for (const runner of runners.filter((each) => awaitsRerun(each, jobs, now))) {
    const job = jobs.find((each) => each.id === runner.ran)!;
    if (job.status === 'done' && job.runId !== null) await attempt(view, `re-run of job ${job.id}`, () => rerunJob(view, runner, job, job.runId!, server.rerunApi));
  }
}

async function rerunJob({ ports, settings, now }: SweepView, runner: Runner, job: Job, runId: number, rerunApi: boolean): Promise<void> {
  const note = (text: string) => amendJob(ports, job, (current) => ({ ...current, timeline: addEntry(current.timeline, now, RERUN, text) }));
  // A name may be longer than a key of the table.
  const remembered = `RERUN#${runId}#${job.name.length}#${job.name.slice(0, 100)}`;
  if (job.conclusion !== 'failure' || (await ports.store.readMeta(remembered)) !== undefined) {
    await note('not again');
  } else if (!rerunApi) {
    await note('this Gitea has no call for it (since 1.26): run it again in its page; jobs that need it may stay blocked for 24 h');
  } else if (settings.classes.find((each) => each.id === runner.classId)?.rerun !== true) {
    await note(`class "${runner.classId}" does not allow it`);
  } else {
    const answer = await ports.gitea.rerunJob(job.repository, runId, job.id);
    if (answer === 'not-yet') return;
    await ports.store.writeMeta(remembered, { at: now });
    await note(answer === 'started' ? 'Gitea runs it again' : 'this Gitea has no call for it');
    ports.log.info('interrupted job run again', { job: job.id, repository: job.repository.fullName, answer });
  }
}
