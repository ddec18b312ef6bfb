import { classFor } from './class-match.js';
import { explainJob } from './explain.js';
import type { Job, JobStatus } from './job.js';
import type { Pause } from './pause.js';
import type { Reason } from './reason.js';
import type { RunnerClass } from './runner-class.js';
import type { Runner, RunnerOutcome, RunnerState } from './runner.js';
import { needsPerson } from './reason.js';
import type { SweepMark } from './surroundings.js';
import { minutes, type Instant } from './time.js';
import type { CapSnapshot } from './world.js';

/** A job as scripts read it: names here are stable. Times ISO 8601, durations in seconds. */
export interface JobView {
  readonly id: string;
  readonly repository: string;
  readonly runId: number | null;
  readonly name: string;
  readonly labels: readonly string[];
  readonly status: JobStatus;
  readonly conclusion: string | null;
  readonly queuedAt: string;
  readonly waited: number;
  readonly class: string | null;
  readonly runner: string | null;
  readonly instanceId: string | null;
  readonly reason: Reason | null;
  readonly url: string | null;
}

/** A machine as scripts read it. */
export interface MachineView {
  readonly name: string;
  readonly instanceId: string | null;
  readonly class: string;
  readonly state: RunnerState;
  readonly outcome: RunnerOutcome | null;
  readonly type: string | null;
  readonly zone: string | null;
  readonly market: string | null;
  readonly pricePerHour: number | null;
  readonly launchedFor: string;
  readonly ran: string | null;
  readonly stages: { readonly [stage: string]: string };
  readonly endsBy: string;
}

export interface Need {
  readonly code: string;
  readonly sentence: string;
  readonly remedy: string | null;
}

/** One screen: what waits, what runs, what it costs, and what needs a person. */
export interface StatusView {
  readonly waiting: readonly JobView[];
  readonly running: readonly JobView[];
  readonly machines: readonly MachineView[];
  readonly needsYou: readonly Need[];
  readonly paused: Pause;
  readonly caps: { readonly all: { readonly held: number; readonly most: number | null }; readonly classes: { readonly [classId: string]: { readonly held: number; readonly most: number } } };
  readonly lastSweep: string | null;
  readonly missedByWebhooks: number;
  readonly spentToday: number;
}

export function jobView(job: Job, runners: readonly Runner[], classes: readonly RunnerClass[], now: Instant): JobView {
  const runner = runners.find((each) => each.ran === job.id) ?? (job.status === 'queued' ? runners.find((each) => each.launchedFor === job.id && each.ran === null && each.state !== 'ended') : undefined);
  const { id, name, labels, status, conclusion, runId, url } = job;
  const until = job.pickedAt ?? job.completedAt ?? now;
  return {
    id,
    repository: job.repository.fullName,
    runId,
    name,
    labels,
    status,
    conclusion,
    queuedAt: iso(job.queuedAt),
    waited: Math.max(0, Math.round((until - job.queuedAt) / 1_000)),
    class: runner?.classId ?? classFor(labels, classes)?.id ?? null,
    runner: runner?.name ?? null,
    instanceId: runner?.instanceId ?? null,
    reason: explainJob(job, runners, now).reason,
    url,
  };
}

export function machineView(runner: Runner): MachineView {
  const { name, instanceId, classId, state, outcome, pool, pricePerHour, launchedFor, ran } = runner;
  return {
    name,
    instanceId,
    class: classId,
    state,
    outcome,
    type: pool?.instanceType ?? null,
    zone: runner.availabilityZone,
    market: pool?.market ?? null,
    pricePerHour,
    launchedFor,
    ran,
    stages: Object.fromEntries(Object.entries(runner.stages).map(([stage, at]) => [stage, iso(at)])),
    endsBy: iso(runner.endsBy),
  };
}

export interface StatusInput {
  readonly jobs: readonly Job[];
  readonly runners: readonly Runner[];
  readonly classes: readonly RunnerClass[];
  readonly cap: CapSnapshot;
  readonly maxRunners: number | null;
  readonly sweep: SweepMark | undefined;
  readonly missed: number;
  readonly paused: Pause;
}

export function statusView(input: StatusInput, now: Instant): StatusView {
  const { jobs, runners, classes, cap, sweep } = input;
  const view = (job: Job) => jobView(job, runners, classes, now);
  const byAge = [...jobs].sort((a, b) => a.queuedAt - b.queuedAt);
  return {
    waiting: byAge.filter((job) => job.status === 'queued' || job.status === 'blocked').map(view),
    running: byAge.filter((job) => job.status === 'running').map(view),
    machines: runners.filter((runner) => runner.state !== 'ended').map(machineView),
    needsYou: needs(input, now),
    paused: input.paused,
    caps: {
      all: { held: cap.all, most: input.maxRunners },
      classes: Object.fromEntries(classes.map((each) => [each.id, { held: cap.byClass[each.id] ?? 0, most: each.limits.concurrent }])),
    },
    lastSweep: sweep === undefined ? null : iso(sweep.at),
    missedByWebhooks: input.missed,
    spentToday: Math.round((sweep?.spentToday ?? 0) * 10_000) / 10_000,
  };
}

/** What needs a person: each cause once, with the number of jobs behind it. */
function needs({ jobs, runners, sweep }: StatusInput, now: Instant): readonly Need[] {
  const found = new Map<string, Need & { count: number }>();
  const add = (need: Need) => {
    const key = `${need.code} ${need.sentence}`;
    found.set(key, { ...need, count: (found.get(key)?.count ?? 0) + 1 });
  };
  for (const job of jobs.filter((each) => each.status === 'queued')) {
    const { reason, needsAttention } = explainJob(job, runners, now);
    if (reason === null && needsAttention) add({ code: 'UNPLANNED', sentence: 'a job has waited for 2 minutes and nobody has said why', remedy: 'look at the log of the dispatcher' });
    if (reason === null) continue;
    const needed = needsPerson(reason.code);
    if (needed === 'at-once' || (needed === 'if-it-lasts' && now - job.queuedAt >= minutes(1))) add(reason);
  }
  if (sweep === undefined) add({ code: 'SWEEP_NEVER', sentence: 'the sweep has never run: what a webhook does not tell is not seen, and machines are ended by their own clocks only', remedy: 'deploy the monitor, or look at its log' });
  if (sweep !== undefined && now - sweep.at > minutes(3)) add({ code: 'SWEEP_LATE', sentence: `the sweep last ran at ${iso(sweep.at)}`, remedy: 'look at the log of the monitor' });
  if (sweep !== undefined && sweep.at - sweep.gitea > minutes(3)) add({ code: 'GITEA_SILENT', sentence: `Gitea has not answered since ${iso(sweep.gitea)}`, remedy: 'check GITEA_URL and the token' });
  if (sweep !== undefined && sweep.at - sweep.ec2 > minutes(3)) add({ code: 'EC2_SILENT', sentence: `EC2 has not answered since ${iso(sweep.ec2)}`, remedy: 'check the credentials and the region' });
  return [...found.values()].map(({ count, ...need }) => (count === 1 ? need : { ...need, sentence: `${need.sentence} (${count} jobs)` }));
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
