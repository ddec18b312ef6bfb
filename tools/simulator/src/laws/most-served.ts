/** How many of these jobs so many runners could serve at best: counted by other means than the planner's. */
export function mostServed(wanted: readonly (readonly string[])[], offered: readonly (readonly string[])[]): number {
  const holder = new Map<number, number>();
  const serve = (job: number, tried: Set<number>): boolean =>
    offered.some((labels, index) => {
      if (tried.has(index) || !wanted[job]!.every((label) => labels.includes(label))) return false;
      tried.add(index);
      if (holder.has(index) && !serve(holder.get(index)!, tried)) return false;
      holder.set(index, job);
      return true;
    });
  return wanted.filter((_, job) => serve(job, new Set())).length;
}
