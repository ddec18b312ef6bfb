import type { FilterValue, GiteaVersion, TriggerFilter } from '@tinqs/workflow-parser';
import { newestGitea } from '@tinqs/workflow-parser';
import type { Condition } from './condition.js';
import { named } from './condition.js';
import type { VersionOption } from './filter-pattern.js';
import { findingAt, listed, quoted } from './reason.js';
import { compileRegexp } from './regexp/go-regexp.js';
import type { TriggerEvent } from './trigger-event.js';
import { versionRules } from './version-rules.js';

type TypeTest = ((action: string) => boolean) | 'invalid';

function compileTypePattern(pattern: string, gitea: GiteaVersion): TypeTest {
  const source = versionRules[gitea].typeSource(pattern);
  return (source === undefined ? undefined : compileRegexp(source)) ?? 'invalid';
}

/**
 * Says whether one entry of `types` matches an activity (`opened`): a glob with `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, another language than that of the filters.
 *
 * Gitea panics when it comes to an `invalid` one, and so loses the event for every file of the repository.
 */
export function matchTypePattern(pattern: string, action: string, { gitea = newestGitea }: VersionOption = {}): 'match' | 'no-match' | 'invalid' {
  const test = compileTypePattern(pattern, gitea);
  return test === 'invalid' ? test : test(action) ? 'match' : 'no-match';
}

const compiled = new WeakMap<FilterValue, Map<GiteaVersion, TypeTest>>();

function testOf(entry: FilterValue, gitea: GiteaVersion): TypeTest {
  const tests = compiled.get(entry) ?? new Map<GiteaVersion, TypeTest>();
  compiled.set(entry, tests);
  const test = tests.get(gitea) ?? compileTypePattern(entry.value, gitea);
  tests.set(gitea, test);
  return test;
}

const reviewed = (action: string | undefined, words: readonly string[]) => (action === 'reviewed' ? words : []);
const renamed = (action: string | undefined, names: Readonly<Record<string, string>>) => (action === undefined ? [] : [Object.hasOwn(names, action) ? (names[action] ?? action) : action]);

/** The words for an event's activity that `types` is held against: often one, none for what has no word. Source: Gitea, modules/actions/workflows.go. */
export function activitiesOf(event: TriggerEvent): readonly string[] {
  const { type, action } = event;
  if (type === 'pull_request_review_approved' || type === 'pull_request_review_rejected') return reviewed(action, ['submitted', 'edited']);
  if (type === 'pull_request_review_comment') return reviewed(action, ['created', 'edited']);
  if (type.startsWith('pull_request') && type !== 'pull_request_comment') return renamed(action, { synchronized: 'synchronize', label_updated: 'labeled', label_cleared: 'unlabeled' });
  if (type === 'release') return renamed(action, { updated: 'edited' });
  if (type === 'package') return renamed(action, { created: 'published' });
  if (type.startsWith('issue') && type !== 'issue_comment') {
    if (action === 'label_updated') return [...((event.addedLabels ?? 0) > 0 ? ['labeled'] : []), ...((event.removedLabels ?? 0) > 0 ? ['unlabeled'] : [])];
    return renamed(action, { label_cleared: 'unlabeled' });
  }
  return renamed(action, {});
}

/** A condition on the activity, or the entry of `types` that makes Gitea panic. */
export type TypeCondition = { readonly condition: Condition } | { readonly panics: FilterValue };

/** Judges `types`: its entries are tried in order up to the first that matches, so an invalid one panics only when it is reached. */
export function typeCondition(filter: TriggerFilter, event: TriggerEvent, gitea: GiteaVersion): TypeCondition {
  const activities = activitiesOf(event);
  for (const entry of filter.values) {
    const test = testOf(entry, gitea);
    if (test === 'invalid') return { panics: entry };
    const activity = activities.find((word) => test(word));
    if (activity !== undefined) return { condition: { filter, passes: true, finding: () => findingAt(entry, 'filters-match', `types ${quoted([entry.value])} matched ${activity}`) } };
  }
  const shown = activities.length > 0 ? listed(activities) : `${event.type} ${event.action ?? ''}`.trim();
  return { condition: { filter, passes: false, finding: () => findingAt(filter, 'activity', filter.values.length === 0 ? `types [] lets no activity through, ${shown} neither` : `${named(filter)} did not match ${shown}`) } };
}
