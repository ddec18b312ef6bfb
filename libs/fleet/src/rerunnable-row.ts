import { classFor } from './class-match.js';
import type { Job } from './job.js';
import type { RunState } from './ports.js';
import type { RunnerClass } from './runner-class.js';

/**
 * P19: the row of its run that is run again for this job, or why none is. With it Gitea runs whatever stands behind it:
 * what must not run twice, and has begun since, forbids it. Which jobs those are no call tells; none began before it ended.
 */
export function rerunnableRow(run: RunState, job: Pick<Job, 'id' | 'name'>, classes: readonly RunnerClass[]): { readonly kind: 'row'; readonly id: string } | { readonly kind: 'none'; readonly why: string } {
  const none = (why: string) => ({ kind: 'none', why }) as const;
  if (run.superseded) return none('a newer run of its ref or concurrency group has begun');
  const named = run.jobs.filter((each) => each.name === job.name);
  // On 1.27 what a person ran again has new ids in the whole run.
  const row = named.find((each) => each.id === job.id) ?? (named.length === 1 ? named[0] : undefined);
  if (row === undefined) return none('its run has no such job any more');
  if (row.status !== 'done' || row.conclusion !== 'failure') return none('somebody has run it again already');
  const ended = row.completedAt ?? -Infinity;
  const begun = run.jobs.find((each) => each !== row && each.startedAt !== null && each.startedAt >= ended && classFor(each.labels, classes)?.rerun === false);
  return begun === undefined ? { kind: 'row', id: row.id } : none(`job ${begun.name}, which may stand behind it, has begun, and its class does not run jobs twice`);
}
