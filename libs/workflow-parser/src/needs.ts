import { GiteaPanic } from './gitea-failure.js';

/** What is wrong with a job's needs, or with those of a job on the way. */
export interface NeedsFault {
  readonly kind: 'missing' | 'circle';
  readonly id: string;
}

/** What waits for what, by the keys of jobs. */
export interface NeedsGraph {
  has(id: string): boolean;
  fault(id: string): NeedsFault | undefined;
  /**
   * Follows a job's needs and theirs, as `success()` and `failure()` do, and counts its own. A name that does not exist makes
   * Gitea panic; a circle makes it recurse until its process ends.
   */
  follow(id: string): number;
}

export function needsGraph(jobs: readonly { readonly id: string; readonly needs: readonly string[] }[]): NeedsGraph {
  const needsOf = new Map(jobs.map(({ id, needs }) => [id, needs]));
  const known = new Map<string, NeedsFault | undefined>();
  const fault = (id: string): NeedsFault | undefined => {
    if (!known.has(id)) judge(id, needsOf, known);
    return known.get(id);
  };
  return {
    has: (id) => needsOf.has(id),
    fault,
    follow: (id) => {
      const found = fault(id);
      if (found?.kind === 'missing') throw new GiteaPanic(`success() and failure() follow "needs" to the job "${found.id}", which does not exist`);
      if (found) throw new GiteaPanic(`success() and failure() follow "needs" in a circle at the job "${found.id}": Gitea's process ends`);
      return needsOf.get(id)?.length ?? 0;
    },
  };
}

/** Depth first, without recursion: a chain may be as long as the file. */
function judge(start: string, needsOf: ReadonlyMap<string, readonly string[]>, known: Map<string, NeedsFault | undefined>): void {
  const path = new Set<string>();
  const left: { readonly id: string; readonly leaves: boolean }[] = [{ id: start, leaves: false }];
  for (let step = left.pop(); step; step = left.pop()) {
    const { id } = step;
    if (step.leaves) {
      path.delete(id);
      known.set(id, undefined);
      continue;
    }
    const needs = needsOf.get(id);
    const fault = path.has(id) ? { kind: 'circle' as const, id } : needs ? known.get(id) : { kind: 'missing' as const, id };
    if (fault) {
      for (const waiting of path) known.set(waiting, fault);
      known.set(start, fault);
      return;
    }
    if (known.has(id)) continue;
    path.add(id);
    left.push({ id, leaves: true });
    for (let i = (needs?.length ?? 0) - 1; i >= 0; i--) left.push({ id: needs?.[i] as string, leaves: false });
  }
}
