import { styleText } from 'node:util';
import { explainJob, runnerNameTail, type Job, type Reason, type Runner } from '@tinqs/fleet';

/** One thing worth a line. `text` is the line people read; the fields are for scripts. */
export interface ReportLine {
  readonly event: string;
  readonly text: string;
  readonly [field: string]: unknown;
}

export interface Reporter {
  say(line: ReportLine): void;
}

/** Lines for people, in colour where a terminal reads them, or one JSON object each. */
export function createReporter({ json, write, colour, now }: { readonly json: boolean; readonly write: (text: string) => void; readonly colour: boolean; readonly now: () => number }): Reporter {
  return {
    say(line) {
      const at = new Date(now()).toISOString();
      if (json) return write(`${JSON.stringify({ at, ...line })}\n`);
      const time = at.slice(11, 19);
      const event = line.event.replace(/-/g, ' ').padEnd(12);
      write(`  ${paint('dim', time)}  ${paint(COLOURS[line.event] ?? 'reset', event)}  ${line.text}\n`);
    },
  };

  function paint(style: Parameters<typeof styleText>[0], text: string): string {
    return colour ? styleText(style, text) : text;
  }
}

const COLOURS: { readonly [event: string]: 'cyan' | 'green' | 'yellow' | 'red' | 'magenta' } = { push: 'cyan', runner: 'magenta', 'job-done': 'green', 'job-failed': 'red', waiting: 'yellow', alarm: 'red' };

/** What the table held when it was last looked at. */
export interface Seen {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly runners: ReadonlyMap<string, Runner>;
}

export function seenIn(jobs: readonly Job[], runners: readonly Runner[]): Seen {
  return { jobs: new Map(jobs.map((job) => [job.id, job])), runners: new Map(runners.map((runner) => [runner.name, runner])) };
}

/** What changed between two looks at the table, in the words of `npm start`. */
export function changes(before: Seen, jobs: readonly Job[], runners: readonly Runner[], simulated: boolean): readonly ReportLine[] {
  const label = simulated ? ' (simulated)' : '';
  return [
    ...jobs.flatMap((job) => jobChange(before.jobs.get(job.id), job, runners, label, [...before.runners.values()])),
    ...runners.flatMap((runner) => runnerChange(before.runners.get(runner.name), runner, jobs)),
  ];
}

function jobChange(before: Job | undefined, job: Job, runners: readonly Runner[], label: string, runnersBefore: readonly Runner[]): readonly ReportLine[] {
  const fields = { job: job.id, name: job.name, repository: job.repository.fullName };
  if (before?.status === job.status && before.generation === job.generation) return waitingChange(reasonOf(before, runnersBefore), reasonOf(job, runners), job, fields);
  switch (job.status) {
    case 'queued':
      return [{ event: 'job-queued', text: `${job.name}   runs-on ${job.labels.join(', ') || '(any)'}`, ...fields, labels: job.labels }];
    case 'blocked':
      return [{ event: 'job-blocked', text: `${job.name}   waits in Gitea for other jobs`, ...fields }];
    case 'running': {
      const runner = runners.find((each) => each.ran === job.id || each.runnerId === job.runnerId);
      return [{ event: 'job-running', text: `${job.name}   on ${runner === undefined ? 'a runner that is not ours' : runnerNameTail(runner.name)}`, ...fields, runner: runner?.name ?? null }];
    }
    case 'done': {
      const ran = job.pickedAt === null || job.completedAt === null ? null : Math.round((job.completedAt - job.pickedAt) / 1_000);
      const waited = Math.round(((job.pickedAt ?? job.completedAt ?? job.queuedAt) - job.queuedAt) / 1_000);
      const good = job.conclusion === 'success' || job.conclusion === 'skipped';
      return [{ event: good ? 'job-done' : 'job-failed', text: `${job.name}   ${good ? '' : `${job.conclusion}, `}${ran === null ? '' : `${ran} s, `}waited ${waited} s${label}`, ...fields, conclusion: job.conclusion, seconds: ran, waited }];
    }
  }
}

/** As everybody explains it; the time decides nothing of it. */
function reasonOf(job: Job, runners: readonly Runner[]): Reason | null {
  return explainJob(job, runners, 0).reason;
}

function waitingChange(before: Reason | null, reason: Reason | null, job: Job, fields: object): readonly ReportLine[] {
  if (job.status !== 'queued' || reason === null || before?.code === reason.code || reason.code === 'SERVED' || reason.code === 'GRANTED') return [];
  return [{ event: 'waiting', text: `${job.name}   ${reason.sentence}`, ...fields, code: reason.code }];
}

function runnerChange(before: Runner | undefined, runner: Runner, jobs: readonly Job[]): readonly ReportLine[] {
  if (before?.state === runner.state) return [];
  const tail = runnerNameTail(runner.name);
  const fields = { runner: runner.name, state: runner.state, instanceId: runner.instanceId };
  const place = runner.pool === null ? '' : `   ${runner.pool.instanceType} ${runner.availabilityZone ?? runner.pool.subnet} ${runner.pool.market}`;
  if (runner.state === 'ended') return [{ event: 'runner', text: `${tail} gone: ${runner.outcome}`, ...fields, outcome: runner.outcome }];
  const path = before === undefined ? runner.state : `${before.state} → ${runner.state}`;
  const job = runner.ran === null ? undefined : jobs.find((each) => each.id === runner.ran);
  return [{ event: 'runner', text: `${tail} ${path}${job === undefined ? place : `: ${job.name}`}`, ...fields }];
}
