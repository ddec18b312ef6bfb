import type { GiteaVersion, TriggerFilter } from '@tinqs/workflow-parser';
import type { Condition } from './condition.js';
import { invalidPattern, listOf, named } from './condition.js';
import { decidingPattern, ignoresAll, ignoringPattern, includesNone } from './filter-list.js';
import { findingAt, quoted } from './reason.js';

/** Judges `branches`, `tags`, `workflows` or an `-ignore` form by the one name it is about. */
export function nameCondition(filter: TriggerFilter, name: string, gitea: GiteaVersion): Condition {
  const list = listOf(filter, gitea);
  if (list.kind === 'invalid') return invalidPattern(filter, list.index);
  const { patterns } = list;
  const code = filter.key.startsWith('tags') ? 'tag' : filter.key === 'workflows' ? 'workflow-name' : 'branch';
  const shown = name === '' ? 'the empty name' : name;
  if (filter.key.endsWith('-ignore')) {
    const passes = !ignoresAll(patterns, [name]);
    return {
      filter,
      passes,
      finding: () => {
        if (passes) return findingAt(filter, 'filters-match', patterns.length === 0 ? `${named(filter)} is no condition` : `${named(filter)} leaves ${shown}`);
        const by = ignoringPattern(patterns, name);
        const hint = by?.negative ? ', since an entry with "!" ignores everything that it does not name' : '';
        return findingAt(filter, code, `${filter.key} ${quoted([by?.text ?? ''])} ignores ${shown}${hint}`);
      },
    };
  }
  const passes = !includesNone(patterns, [name]);
  return {
    filter,
    passes,
    finding: () => {
      const by = decidingPattern(patterns, name);
      if (passes) return findingAt(filter, 'filters-match', by ? `${filter.key} ${quoted([by.text])} matched ${shown}` : `${named(filter)} is no condition`);
      if (by) return findingAt(filter, code, `${filter.key} ${quoted([by.text])} takes ${shown} out`);
      const hint = patterns.every((pattern) => pattern.negative) ? '; a list of nothing but "!" entries includes nothing, put "**" first' : '';
      return findingAt(filter, code, `${named(filter)} did not match ${shown}${hint}`);
    },
  };
}

/** A filter of branches at the push of a tag, or the reverse: it fails without looking at its patterns. */
export function otherRefCondition(filter: TriggerFilter, ref: string): Condition {
  const about = filter.key.startsWith('tags') ? 'tags' : 'branches';
  const kind = ref.startsWith('refs/tags/') ? `the tag ${ref.slice(10)}` : ref.startsWith('refs/heads/') ? `the branch ${ref.slice(11)}` : `the ref ${ref || '(none)'}`;
  return { filter, passes: false, finding: () => findingAt(filter, 'other-ref', `${filter.key} lets only ${about} through, and this is ${kind}`) };
}
