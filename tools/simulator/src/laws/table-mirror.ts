import type { CapHolder, Job, JobId, PlanItem, Runner, ScopeKey } from '@tinqs/fleet';

/** What the table holds, as its writes tell, found by scope. */
export interface TableMirror {
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly runners: ReadonlyMap<string, Runner>;
  readonly holders: ReadonlyMap<string, CapHolder>;
  readonly plans: ReadonlyMap<ScopeKey, PlanItem>;
}

const NOTHING: ReadonlySet<never> = new Set();

/** Things of one kind by key, and the keys of each group. */
function createGroups<Item>(groupOf: (item: Item) => string) {
  const items = new Map<string, Item>();
  const groups = new Map<string, Set<string>>();
  const leave = (key: string) => {
    const before = items.get(key);
    if (before !== undefined) groups.get(groupOf(before))?.delete(key);
  };
  return {
    items,
    set(key: string, item: Item): void {
      const [before, group] = [items.get(key), groupOf(item)];
      if (before === undefined || groupOf(before) !== group) {
        leave(key);
        groups.set(group, (groups.get(group) ?? new Set()).add(key));
      }
      items.set(key, item);
    },
    delete(key: string): void {
      leave(key);
      items.delete(key);
    },
    size: (group: string): number => (groups.get(group) ?? NOTHING).size,
    in: (group: string): readonly Item[] => [...(groups.get(group) ?? NOTHING)].map((key) => items.get(key)!),
  };
}

export function createTableMirror() {
  return {
    jobs: createGroups<Job>((job) => job.scope),
    runners: createGroups<Runner>((runner) => runner.scope),
    holders: createGroups<CapHolder>((holder) => holder.classId),
    plans: new Map<ScopeKey, PlanItem>(),
  };
}
