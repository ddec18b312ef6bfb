import { classFor } from './class-match.js';
import type { Job } from './job.js';
import type { RunState } from './ports.js';
import type { RunnerClass } from './runner-class.js';

export type RerunnableRow =
  | { readonly kind: 'row'; readonly id: string }
  /** Its newest attempt is another one: somebody ran it again. */
  | { readonly kind: 'again' }
  /** It did not fail by the loss of its machine after all. */
  | { readonly kind: 'other-end' }
  /** Not over, or not listed: up to 1.26 lists have no order, and rows change places while the pages are read. */
  | { readonly kind: 'not-seen' }
  | { readonly kind: 'none'; readonly why: string };

/**
 * P19: the row of its run that is run again for this job, or why none is. It is the one that names the runner that was
 * lost: ids may be new (1.27, where what is not run again is copied with its runner), names may come twice. With it Gitea
 * runs whatever stands behind it: what must not run twice, and has begun since, forbids it. Which jobs those are no call
 * tells; none began before it ended.
 */
export function rerunnableRow(run: RunState, { name }: Pick<Job, 'name'>, runnerId: number, classes: readonly RunnerClass[]): RerunnableRow {
  const named = run.jobs.filter((each) => each.name === name);
  const row = named.find((each) => each.runnerId === runnerId);
  if (row === undefined) return { kind: named.length === 0 ? 'not-seen' : 'again' };
  if (run.superseded) return none('a newer run of its ref or concurrency group has begun');
  if (row.status !== 'done') return { kind: 'not-seen' };
  if (row.conclusion !== 'failure') return { kind: 'other-end' };
  const ended = row.completedAt ?? -Infinity;
  const begun = run.jobs.find((each) => each !== row && each.startedAt !== null && each.startedAt >= ended && classFor(each.labels, classes)?.rerun === false);
  return begun === undefined ? { kind: 'row', id: row.id } : none(`job ${begun.name}, which may stand behind it, has begun, and its class does not run jobs twice`);
}

const none = (why: string): RerunnableRow => ({ kind: 'none', why });
