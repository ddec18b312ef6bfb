import { rerunnableRow } from './rerunnable-row.js';
import type { Job } from './job.js';
import { amendJob } from './record.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { attempt, type SweepView } from './sweep-view.js';
import { addEntry } from './timeline.js';
import { minutes, type Instant } from './time.js';

/** Gitea's zombie sweep may take 15 minutes to call a lost job final; beyond twice that nobody waits for it. */
const PATIENCE = minutes(30);

/** P19: did it lose its machine in the middle of a job of which nobody knows yet whether it is run again? */
export function awaitsRerun(runner: Runner, jobs: readonly Job[]): boolean {
  if (runner.outcome !== 'interrupted' || runner.ran === null) return false;
  const job = jobs.find((each) => each.id === runner.ran);
  return job !== undefined && !job.timeline.some((entry) => entry.event === RERUN && entry.detail.startsWith(`${runner.name}: `));
}

const RERUN = 're-run asked';

/**
 * P19: a job whose machine EC2 took is run again once, by that single job's newest id, when Gitea calls it final, where
 * the server has the call (since 1.26.0), the class allows it and nothing has overtaken it. Remembered by run and job
 * name: a re-run may bring new ids. Else people are told.
 */
export async function rerunInterrupted(view: SweepView, scope: Scope): Promise<void> {
  const { ports, now } = view;
  const server = await ports.server();
  const { jobs, runners } = await ports.store.loadScope(scopeKey(scope));
  for (const runner of runners.filter((each) => awaitsRerun(each, jobs))) {
    const job = jobs.find((each) => each.id === runner.ran)!;
    await attempt(view, `re-run of job ${job.id}`, async () => {
      const answer = hasWaited(runner, now) ? leave(`Gitea did not take it within ${PATIENCE / minutes(1)} minutes`) : await answerFor(view, runner, job, server.rerunApi);
      if (answer === undefined) return;
      if (answer.tells) view.lost.push({ job: job.id, sentence: `job ${job.name} of ${job.repository.fullName} lost its machine and is not run again: ${answer.note}` });
      await amendJob(ports, job, (current) => ({ ...current, timeline: addEntry(current.timeline, now, RERUN, `${runner.name}: ${answer.note}`) }));
    });
  }
}

interface Answer {
  readonly note: string;
  /** It stays failed, and only a person can change that. */
  readonly tells: boolean;
}

const leave = (note: string): Answer => ({ note, tells: true });

function hasWaited(runner: Runner, now: Instant): boolean {
  return now - (runner.stages.terminated ?? now) > PATIENCE;
}

/** `undefined`: asked again in the next pass. */
async function answerFor({ ports, settings, now }: SweepView, runner: Runner, job: Job, rerunApi: boolean): Promise<Answer | undefined> {
  const { runId } = job;
  if (job.status !== 'done' || runId === null) return undefined;
  // A name may be longer than a key of the table.
  const remembered = `RERUN#${runId}#${job.name.length}#${job.name.slice(0, 100)}`;
  if (job.conclusion !== 'failure') return { note: 'not again', tells: false };
  if ((await ports.store.readMeta(remembered)) !== undefined) return leave('it was run again once already');
  if (!rerunApi) return leave('this Gitea has no call for it (since 1.26): run it again in its page; jobs that need it may stay blocked for 24 h');
  if (settings.classes.find((each) => each.id === runner.classId)?.rerun !== true) return leave(`class "${runner.classId}" does not allow it`);
  const run = await ports.gitea.readRun(job, runId);
  const row = run === null ? ({ kind: 'none', why: 'its run is gone' } as const) : rerunnableRow(run, job, settings.classes);
  if (row.kind === 'none') return leave(row.why);
  const answer = await ports.gitea.rerunJob(job.repository, runId, row.id);
  if (answer === 'not-yet') return undefined;
  if (answer !== 'started') return leave(answer === 'gone' ? 'its run has no such job any more' : 'this Gitea has no call for it');
  await ports.store.writeMeta(remembered, { at: now });
  ports.log.info('interrupted job run again', { job: job.id, repository: job.repository.fullName });
  return { note: 'Gitea runs it again', tells: false };
}
