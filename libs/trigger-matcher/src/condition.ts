import type { GiteaVersion, TriggerFilter } from '@tinqs/workflow-parser';
import type { FilterList } from './filter-list.js';
import { compileFilterList } from './filter-list.js';
import type { Finding } from './reason.js';
import { findingAt, quoted } from './reason.js';

/** How to judge: as which version, and, looked up when a path condition asks, whether no changed file has a line end in its name. */
export interface Judging {
  readonly gitea: GiteaVersion;
  readonly oneLine: () => boolean;
}

/** What one filter says of an event. The finding is made when asked for: most are never shown. */
export interface Condition {
  readonly filter: TriggerFilter;
  readonly passes: boolean;
  readonly finding: () => Finding;
}

const compiled = new WeakMap<TriggerFilter, Map<GiteaVersion, FilterList>>();

/** Compiles the patterns of a filter once for as long as its workflow is kept. */
export function listOf(filter: TriggerFilter, gitea: GiteaVersion): FilterList {
  const lists = compiled.get(filter) ?? new Map<GiteaVersion, FilterList>();
  compiled.set(filter, lists);
  const known = lists.get(gitea);
  if (known) return known;
  const list = compileFilterList(
    filter.values.map(({ value }) => value),
    gitea,
  );
  lists.set(gitea, list);
  return list;
}

/** The filter as it stands in a sentence: `paths "docs/**", "*.md"`. */
export const named = (filter: TriggerFilter): string => (filter.values.length === 0 ? `${filter.key} []` : `${filter.key} ${quoted(filter.values.map(({ value }) => value))}`);

export function invalidPattern(filter: TriggerFilter, index: number): Condition {
  const entry = filter.values[index] ?? { value: '', line: filter.line, column: filter.column };
  return {
    filter,
    passes: false,
    finding: () => findingAt(entry, 'pattern-invalid', `${filter.key} ${quoted([entry.value])} is no valid pattern, so the whole ${filter.key} condition fails, whatever happens`),
  };
}

export function unknownFilter(filter: TriggerFilter, event: string): Condition {
  return { filter, passes: false, finding: () => findingAt(filter, 'unknown-filter', `${filter.key} is no filter of ${event}, and Gitea never matches an event with an unknown filter`) };
}
