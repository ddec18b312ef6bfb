import type { ListedJob } from '@tinqs/gitea-client';
import { statusVerdict, type Made, type MadeRun } from './made-runs.js';
import type { PlannedRun } from './planned-runs.js';

/** Something that was planned and Gitea did not do, or the other way round. */
export interface Difference {
  readonly kind: 'not-made' | 'not-planned' | 'other-jobs';
  readonly sentence: string;
}

export interface Compared {
  readonly runs: readonly PlannedRun[];
  /** What one event may have made: runs of this ref for these names under `on`. */
  readonly ref: string;
  readonly events: readonly string[];
  /** Workflow files that the repository has at the commit. Runs of others (1.27: scoped workflows) are no difference. */
  readonly files: readonly string[];
  /** Runs made before belong to earlier events of the same commit. */
  readonly since: number;
}

/** Each difference between what was planned and what Gitea then did. */
export function comparePlan(planned: Compared, made: Made): readonly Difference[] {
  switch (made.kind) {
    case 'runs':
      return compareRuns(planned, made.runs);
    case 'statuses':
      return planned.runs.flatMap((run) =>
        // Only runs of pushes and pull requests have entries.
        run.event === 'create' ? [] : run.rows.flatMap((row) => (row.caller || statusVerdict(made.statuses, row).kind !== 'unseen' ? [] : [notMade(run, `job ${JSON.stringify(row.name)}`)])),
      );
    case 'unknown':
      return [];
  }
}

function compareRuns({ runs, ref, events, files, since }: Compared, made: readonly MadeRun[]): readonly Difference[] {
  const left = made.filter((run) => run.ref === ref && events.includes(run.event)).sort((a, b) => b.id - a.id);
  const differences: Difference[] = [];
  for (const run of runs) {
    const index = left.findIndex((each) => each.file === run.file && each.event === run.event);
    const [found] = index < 0 ? [] : left.splice(index, 1);
    if (found === undefined) differences.push(notMade(run, 'a run'));
    else if (!sameJobs(run, found.jobs)) differences.push({ kind: 'other-jobs', sentence: `${run.file} (${run.event}): planned ${listed(run.rows.map(textOf))}, Gitea made ${listed(found.jobs.map(textOf))}` });
  }
  const unplanned = left.filter((run) => files.includes(run.file) && !run.jobs.some((job) => Date.parse(job.createdAt ?? '') < since));
  // A run without a single row is of an unknown age.
  return [...differences, ...unplanned.filter((run) => run.jobs.length > 0).map((run): Difference => ({ kind: 'not-planned', sentence: `${run.file} (${run.event}): Gitea made run ${run.id}, which was not planned` }))];
}

function notMade(run: PlannedRun, what: string): Difference {
  return { kind: 'not-made', sentence: `${run.file} (${run.event}): ${what} was planned, and Gitea made none` };
}

function sameJobs(run: PlannedRun, jobs: readonly ListedJob[]): boolean {
  if (!run.sure) return run.grows ? jobs.length >= run.rows.length : jobs.length === run.rows.length;
  const left = jobs.map(textOf);
  for (const row of run.rows) {
    // A caller shows labels of its own, which say nothing.
    const index = row.caller ? jobs.findIndex((job, at) => job.name === row.name && left[at] !== '') : left.indexOf(textOf(row));
    if (index < 0) return false;
    left[index] = '';
  }
  return run.grows || left.every((text) => text === '');
}

function textOf({ name, labels }: { readonly name: string; readonly labels: readonly string[] }): string {
  return `${JSON.stringify(name)} on ${[...labels].sort().join('+') || 'nothing'}`;
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'no jobs' : texts.length > 5 ? `${texts.slice(0, 5).join(', ')} and ${texts.length - 5} more` : texts.join(', ');
}
