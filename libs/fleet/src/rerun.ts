import { classFor } from './class-match.js';
import { tellInterruption } from './finish-runner.js';
import type { Job } from './job.js';
import type { RerunNote, RunState } from './ports.js';
import { INTERRUPTED } from './pools.js';
import { amendJob } from './record.js';
import { rerunnableRow } from './rerunnable-row.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import type { FleetSettings } from './settings.js';
import { attempt, messageOf, type SweepView } from './sweep-view.js';
import { addEntry } from './timeline.js';
import { hours, minutes, type Instant } from './time.js';

/** Gitea's zombie sweep may take 15 minutes to call a lost job final; beyond twice that nobody waits for it. Time in which Gitea answers nothing does not count: its zombie sweep rests as well. */
const PATIENCE = minutes(30);
/** Nothing of a run can be run again before all of it is over; what nobody takes Gitea ends after 24 h. */
const PATIENCE_WITH_RUN = hours(24);

/** P19: did it lose its machine in the middle of a job of which nobody knows yet whether it is run again? EC2 may tell of its end before Gitea tells that it had a job. */
export function awaitsRerun(view: Pick<SweepView, 'now' | 'answersSince'>, runner: Runner, jobs: readonly Job[]): boolean {
  if (runner.outcome !== 'interrupted') return false;
  if (runner.ran === null) return view.now - waitsSince(view, runner) <= PATIENCE;
  return lostJob(runner, jobs) !== undefined;
}

function lostJob(runner: Runner, jobs: readonly Job[]): Job | undefined {
  if (runner.outcome !== 'interrupted') return undefined;
  return jobs.find((job) => job.id === runner.ran && !isNoted(job, RERUN, runner));
}

function isNoted(job: Job, event: string, { name }: Runner): boolean {
  return job.timeline.some((entry) => entry.event === event && entry.detail.startsWith(`${name}: `));
}

function waitsSince({ now, answersSince }: Pick<SweepView, 'now' | 'answersSince'>, runner: Runner): Instant {
  return Math.max(runner.stages.terminated ?? now, answersSince);
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
  const runs: Runs = new Map();
  for (const runner of runners) {
    const job = lostJob(runner, jobs);
    if (job === undefined) continue;
    await attempt(view, `re-run of job ${job.id}`, async () => {
      if (!isNoted(job, INTERRUPTED, runner)) await tellInterruption(view, runner, job);
      const asked = job.runId === null ? undefined : await ports.store.recallRerun({ runId: job.runId, job: job.name });
      const since = waitsSince(view, runner);
      const waits = now - Math.max(since, asked?.runner === runner.name ? asked.at : since) <= PATIENCE;
      const verdict = await answerFor(view, runner, job, asked, { rerunApi: server.rerunApi, runs }).catch((cause: unknown) => {
        if (!waits) return leave(`${NOT_TAKEN}: ${messageOf(cause)}`);
        throw cause;
      });
      const answer = endOf(verdict, { waits, waitsForRun: now - since <= PATIENCE_WITH_RUN });
      if (answer === undefined) return;
      const note = () => amendJob(ports, job, (current) => ({ ...current, timeline: addEntry(current.timeline, now, RERUN, `${runner.name}: ${answer.note}`) }));
      if (!answer.tells) return void (await note());
      view.lost.push({ job: job.id, sentence: `job ${job.name} of ${job.repository.fullName} lost its machine and is not run again: ${answer.note}` });
      view.whenTold.push(note);
    });
  }
}

/** Asked again in the next pass, until patience ends. */
type Waiting = 'not-taken' | 'run-goes-on';

/** What this pass knows of a run: it is read once, and Gitea is asked once: what it refuses to one of its jobs it refuses to all, and what it runs again goes on. */
type Runs = Map<number, { readonly state: Promise<RunState | null>; closed?: Waiting }>;

const NOT_TAKEN = `Gitea did not take it within ${PATIENCE / minutes(1)} minutes`;

interface Answer {
  readonly note: string;
  /** It stays failed, and only a person can change that. */
  readonly tells: boolean;
}

const leave = (note: string): Answer => ({ note, tells: true });

/** `undefined`: asked again in the next pass. */
function endOf(verdict: Answer | Waiting, patience: { readonly waits: boolean; readonly waitsForRun: boolean }): Answer | undefined {
  switch (verdict) {
    case 'not-taken':
      return patience.waits ? undefined : leave(NOT_TAKEN);
    case 'run-goes-on':
      return patience.waitsForRun ? undefined : leave(`its run was not over within ${PATIENCE_WITH_RUN / hours(1)} hours`);
    default:
      return verdict;
  }
}

async function answerFor({ ports, settings, now }: SweepView, runner: Runner, job: Job, asked: RerunNote | undefined, { rerunApi, runs }: { readonly rerunApi: boolean; readonly runs: Runs }): Promise<Answer | Waiting> {
  const { runId } = job;
  if (runId === null) return 'not-taken';
  const askedForThis = asked?.runner === runner.name;
  const again = askedForThis ? STARTED : { note: 'somebody has run it again', tells: false };
  // Queued again under the same id (up to 1.26), or given back before the machine was lost (1.27).
  if (job.runnerId !== runner.runnerId) return again;
  const refusal = askedForThis ? undefined : mayNotRunAgain(runner, job, { askedBefore: asked !== undefined, rerunApi, settings });
  if (refusal !== undefined) return refusal;
  const run = runs.get(runId) ?? { state: ports.gitea.readRun(job, runId) };
  runs.set(runId, run);
  const state = await run.state;
  if (state === null) return leave('its run is gone');
  const goesOn = state.jobs.some((each) => each.status !== 'done');
  const row = rerunnableRow(state, job, runner.runnerId, settings.classes);
  if (row.kind === 'none') return leave(row.why);
  if (row.kind === 'again') return again;
  if (row.kind === 'other-end') return NOT_AGAIN;
  // Before Gitea is asked: an answer may be lost, and nothing is run again twice. Whether it was asked in vain its row tells.
  if (!askedForThis || goesOn) await ports.store.noteRerun({ runId, job: job.name, at: now, runner: runner.name });
  if (row.kind === 'not-seen') return goesOn ? 'run-goes-on' : 'not-taken';
  if (run.closed !== undefined) return run.closed;
  run.closed = 'run-goes-on';
  const answer = await ports.gitea.rerunJob(job.repository, runId, row.id);
  if (answer === 'not-yet') return (run.closed = goesOn ? 'run-goes-on' : 'not-taken');
  if (answer === 'unsupported') return leave('this Gitea has no call for it');
  // On 1.27 its id is of the attempt before: another pass, or somebody, has run it again since its run was read.
  if (answer === 'gone') return run.closed;
  ports.log.info('interrupted job run again', { job: job.id, repository: job.repository.fullName });
  return STARTED;
}

/** What is known before its run is read. */
function mayNotRunAgain(runner: Runner, job: Job, { askedBefore, rerunApi, settings }: { readonly askedBefore: boolean; readonly rerunApi: boolean; readonly settings: FleetSettings }): Answer | Waiting | undefined {
  if (job.status !== 'done') return 'not-taken';
  if (job.conclusion !== 'failure') return NOT_AGAIN;
  if (runner.missing > 0) return leave('nobody saw how its machine ended, which EC2 tells for an hour only: read its log');
  if (askedBefore) return leave('it was run again once already');
  if (!rerunApi) return leave('this Gitea has no call for it (since 1.26): run it again in its page; jobs that need it may stay blocked for 24 h');
  // It may have run on a machine of another class, whose labels cover its own.
  const own = classFor(job.labels, settings.classes);
  return own?.rerun === true ? undefined : leave(`class "${own?.id ?? runner.classId}" does not allow it`);
}

const STARTED: Answer = { note: 'Gitea runs it again', tells: false };
const NOT_AGAIN: Answer = { note: 'not again', tells: false };
