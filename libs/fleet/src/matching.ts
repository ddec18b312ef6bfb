import { covers } from './class-match.js';

/** Something that offers labels: an unconsumed runner, or a grant that will become one. */
export interface Supplier {
  readonly name: string;
  readonly labels: readonly string[];
  readonly since: number;
}

/** Something that asks for labels. */
export interface Demander {
  readonly id: string;
  readonly labels: readonly string[];
  readonly since: number;
  /** Nothing would be launched for it now: it counts as served only by what the others leave. */
  readonly heldBack?: boolean;
}

/**
 * P7: a maximum bipartite matching, job's labels ⊆ runner's labels. It yields counts: Gitea decides who gets what,
 * so a pair of it is never stored. Jobs with more labels go first, since fewer runners fit them; then the older. Whom
 * nothing would be launched for goes last: else a grant would seem to serve it, and be made again for another.
 */
export function matchSupply(jobs: readonly Demander[], suppliers: readonly Supplier[]): ReadonlyMap<string, string> {
  const jobsInOrder = [...jobs].sort((a, b) => Number(a.heldBack ?? false) - Number(b.heldBack ?? false) || b.labels.length - a.labels.length || a.since - b.since || compare(a.id, b.id));
  const suppliersInOrder = [...suppliers].sort((a, b) => a.labels.length - b.labels.length || a.since - b.since || compare(a.name, b.name));
  const jobOf = new Map<string, Demander>();

  // An augmenting path moves jobs that are served already to other runners, so that this one is served too.
  const serve = (job: Demander, tried: Set<string>): boolean => {
    for (const supplier of suppliersInOrder) {
      if (tried.has(supplier.name) || !covers(supplier.labels, job.labels)) continue;
      tried.add(supplier.name);
      const holder = jobOf.get(supplier.name);
      if (holder === undefined || serve(holder, tried)) {
        jobOf.set(supplier.name, job);
        return true;
      }
    }
    return false;
  };
  for (const job of jobsInOrder) serve(job, new Set());
  return new Map([...jobOf].map(([supplier, job]) => [job.id, supplier]));
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
