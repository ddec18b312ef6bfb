import type { GiteaVersion } from '@tinqs/workflow-parser';
import { newestGitea } from '@tinqs/workflow-parser';
import type { FilterPattern, VersionOption } from './filter-pattern.js';
import { compileFilterPattern } from './filter-pattern.js';

/** A compiled list of patterns, or the entry that makes Gitea refuse all of it: the condition then fails, whatever the values. */
export type FilterList = { readonly kind: 'patterns'; readonly patterns: readonly FilterPattern[] } | { readonly kind: 'invalid'; readonly index: number };

export function compileFilterList(texts: readonly string[], gitea: GiteaVersion): FilterList {
  const patterns: FilterPattern[] = [];
  for (const [index, text] of texts.entries()) {
    const pattern = compileFilterPattern(text, gitea);
    if (!pattern) return { kind: 'invalid', index };
    patterns.push(pattern);
  }
  return { kind: 'patterns', patterns };
}

/** The pattern that decides for one value under `branches`, `tags`, `paths`: the last that matches. It includes the value unless it is negative. */
export function decidingPattern(patterns: readonly FilterPattern[], value: string, oneLine?: boolean): FilterPattern | undefined {
  for (let at = patterns.length - 1; at >= 0; at--) if (patterns[at]?.matches(value, oneLine)) return patterns[at];
  return undefined;
}

/** The pattern that ignores one value under the `-ignore` forms: the first that is true, where a negative one is true of all that it does not match. */
export function ignoringPattern(patterns: readonly FilterPattern[], value: string, oneLine?: boolean): FilterPattern | undefined {
  for (const pattern of patterns) if (pattern.matches(value, oneLine) !== pattern.negative) return pattern;
  return undefined;
}

/** `branches`, `tags`, `paths` fail: the list is not empty and includes none of the values. No values at all fail. */
export function includesNone(patterns: readonly FilterPattern[], values: readonly string[], oneLine?: boolean): boolean {
  return patterns.length > 0 && values.every((value) => decidingPattern(patterns, value, oneLine)?.negative ?? true);
}

/** `branches-ignore`, `tags-ignore`, `paths-ignore` fail: the list is not empty and ignores every value. No values at all fail. */
export function ignoresAll(patterns: readonly FilterPattern[], values: readonly string[], oneLine?: boolean): boolean {
  return patterns.length > 0 && values.every((value) => ignoringPattern(patterns, value, oneLine) !== undefined);
}

/**
 * Judges a list of patterns against values both ways: `skip` is true when `branches`, `tags` or `paths` of that list fail,
 * `filter` when their `-ignore` forms do. `invalid`: the list holds a pattern Gitea refuses, and the condition fails.
 */
export function filterSkips(patterns: readonly string[], values: readonly string[], { gitea = newestGitea }: VersionOption = {}): { skip: boolean; filter: boolean } | 'invalid' {
  const list = compileFilterList(patterns, gitea);
  if (list.kind === 'invalid') return 'invalid';
  return { skip: includesNone(list.patterns, values), filter: ignoresAll(list.patterns, values) };
}
