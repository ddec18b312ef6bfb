import type { Job, TimelineEntry } from './job.js';
import { isPermanent, reason, type Reason } from './reason.js';
import { runnerNameTail } from './runner-name.js';
import type { Runner } from './runner.js';
import type { Instant } from './time.js';

/** Why a job is where it is, what will happen next, and what a person can do. Everything that shows it asks here. */
export interface JobExplanation {
  readonly reason: Reason | null;
  readonly will: string;
  readonly youCan: readonly string[];
  /** It waits, or failed, for a reason of ours: `why` exits with 1. */
  readonly needsAttention: boolean;
  readonly timeline: readonly TimelineEntry[];
}

export function explainJob(job: Job, runners: readonly Runner[], now: Instant): JobExplanation {
  const related = runners.filter((runner) => runner.ran === job.id || runner.launchedFor === job.id);
  const timeline = [...job.timeline, ...related.flatMap((runner) => runner.timeline.map((entry) => ({ ...entry, detail: `${runnerNameTail(runner.name)}${entry.detail === '' ? '' : `: ${entry.detail}`}` })))].sort((a, b) => a.at - b.at);
  const why = reasonNow(job, related);
  return { reason: why, will: willHappen(job, why, related, now), youCan: why?.remedy === undefined || why.remedy === null ? [] : why.remedy.split(/ {2}· {2}/), needsAttention: needsAttention(job, why, now), timeline };
}

function reasonNow(job: Job, related: readonly Runner[]): Reason | null {
  if (job.status === 'blocked') return reason('BLOCKED');
  if (job.status !== 'queued') return job.reasons.find((each) => each.code === 'INTERRUPTED') ?? null;
  const coming = related.find((runner) => runner.state !== 'ended' && runner.ran === null && runner.launchedFor === job.id);
  if (coming !== undefined) return reason('SERVED', { runner: runnerNameTail(coming.name) });
  return job.reasons[0] ?? null;
}

function willHappen(job: Job, why: Reason | null, related: readonly Runner[], now: Instant): string {
  switch (job.status) {
    case 'done':
      return `nothing more: it ended ${job.conclusion === null || job.conclusion === '' ? '' : `as ${job.conclusion} `}in Gitea`;
    case 'running': {
      const runner = related.find((each) => each.ran === job.id);
      return runner === undefined ? 'it runs on a runner that is not ours' : `its machine ends when the job does, at the latest at ${new Date(runner.endsBy).toISOString()}`;
    }
    case 'blocked':
      return 'a machine starts when Gitea says that it is ready';
    case 'queued':
      break;
  }
  if (why === null) return 'it is planned within a minute';
  if (isPermanent(why.code)) return 'nothing until the configuration or the job changes';
  if (job.notBefore !== null && job.notBefore > now) return `try again at ${new Date(job.notBefore).toISOString()} (failed ${job.failures} ${job.failures === 1 ? 'time' : 'times'}), then at most 15 minutes apart, for as long as Gitea keeps the job`;
  if (why.code === 'SERVED' || why.code === 'GRANTED') return 'it starts when its machine is online';
  return 'it is looked at again every minute, and whenever something changes';
}

/** Waiting for a machine that is on its way is fine; so is what Gitea itself holds back, or what is somebody else's. */
function needsAttention(job: Job, why: Reason | null, now: Instant): boolean {
  if (job.status === 'done') return job.conclusion !== 'success' && job.reasons.some((each) => each.code === 'INTERRUPTED');
  if (job.status !== 'queued') return false;
  return why === null ? now - job.queuedAt > 120_000 : !['SERVED', 'GRANTED', 'CONFIRMING', 'TURN', 'CALLER'].includes(why.code);
}
