import { GiteaPanic } from './gitea-failure.js';

/** What waits for what, by the keys of jobs. */
export interface NeedsGraph {
  has(id: string): boolean;
  /**
   * Follows a job's needs and theirs, as `success()` and `failure()` do, and counts its own. A name that does not exist makes
   * Gitea panic; a circle makes it recurse until its process ends.
   */
  follow(id: string): number;
}

export function needsGraph(jobs: readonly { readonly id: string; readonly needs: readonly string[] }[]): NeedsGraph {
  const needsOf = new Map(jobs.map(({ id, needs }) => [id, needs]));
  const sound = new Set<string>();
  return {
    has: (id) => needsOf.has(id),
    follow: (id) => {
      check(id, needsOf, sound);
      return needsOf.get(id)?.length ?? 0;
    },
  };
}

/** Depth first, without recursion: a chain may be as long as the file. */
function check(start: string, needsOf: ReadonlyMap<string, readonly string[]>, sound: Set<string>): void {
  const path = new Set<string>();
  const left: { readonly id: string; readonly leaves: boolean }[] = [{ id: start, leaves: false }];
  for (let step = left.pop(); step; step = left.pop()) {
    const { id } = step;
    if (step.leaves) {
      path.delete(id);
      sound.add(id);
      continue;
    }
    if (sound.has(id)) continue;
    if (path.has(id)) throw new GiteaPanic(`success() and failure() follow "needs" in a circle at the job "${id}": Gitea's process ends`);
    const needs = needsOf.get(id);
    if (!needs) throw new GiteaPanic(`success() and failure() follow "needs" to the job "${id}", which does not exist`);
    path.add(id);
    left.push({ id, leaves: true });
    for (let i = needs.length - 1; i >= 0; i--) left.push({ id: needs[i] as string, leaves: false });
  }
}
