import type { TriggerFilter } from '@tinqs/workflow-parser';
import type { Condition, Judging } from './condition.js';
import { invalidPattern, listOf, named } from './condition.js';
import { decidingPattern, ignoresAll, ignoringPattern, includesNone } from './filter-list.js';
import type { FilterPattern } from './filter-pattern.js';
import type { Finding } from './reason.js';
import { findingAt, quoted } from './reason.js';

/**
 * Judges `paths` or `paths-ignore` by the changed files. `files: null`: they cannot be computed, and both fail;
 * no changed file at all fails both too. Sources: Gitea, modules/actions/workflows.go and modules/actions/workflowpattern.
 */
export function pathCondition(filter: TriggerFilter, files: readonly string[] | null, { gitea, oneLine }: Judging): Condition {
  if (files === null) {
    return {
      filter,
      passes: false,
      finding: () => findingAt(filter, 'files-unknown', `${named(filter)} cannot be judged: the changed files cannot be computed, as when the old commit is gone after a force push, and then every path condition fails`),
    };
  }
  const list = listOf(filter, gitea);
  if (list.kind === 'invalid') return invalidPattern(filter, list.index);
  const { patterns } = list;
  const include = filter.key === 'paths';
  const passes = !(include ? includesNone(patterns, files, oneLine()) : ignoresAll(patterns, files, oneLine()));
  return { filter, passes, finding: () => (passes ? passing(filter, patterns, files) : files.length === 0 ? noFiles(filter) : include ? includesNothing(filter, patterns, files) : ignoresEverything(filter, patterns, files)) };
}

function noFiles(filter: TriggerFilter): Finding {
  return findingAt(filter, 'no-files', `${named(filter)} needs a changed file and there is none; of a new branch or tag only its head commit counts, and a merge commit lists nothing`);
}

function passing(filter: TriggerFilter, patterns: readonly FilterPattern[], files: readonly string[]): Finding {
  if (patterns.length === 0) return findingAt(filter, 'filters-match', `${named(filter)} is no condition`);
  if (filter.key === 'paths') {
    const file = files.find((name) => decidingPattern(patterns, name)?.negative === false) ?? '';
    return findingAt(filter, 'filters-match', `paths ${quoted([decidingPattern(patterns, file)?.text ?? ''])} matched ${file}`);
  }
  return findingAt(filter, 'filters-match', `${named(filter)} leaves ${files.find((name) => !ignoringPattern(patterns, name)) ?? ''}`);
}

function includesNothing(filter: TriggerFilter, patterns: readonly FilterPattern[], files: readonly string[]): Finding {
  const excluded = files.find((name) => decidingPattern(patterns, name)?.negative && patterns.some((pattern) => !pattern.negative && pattern.matches(name)));
  if (excluded !== undefined) {
    const by = decidingPattern(patterns, excluded)?.text ?? '';
    const what = files.length === 1 ? 'does not include the one changed file' : `included none of ${files.length} files`;
    return findingAt(filter, 'path', `${named(filter)} ${what}: ${quoted([by])} takes ${excluded} out again`);
  }
  const onlyNegative = patterns.every((pattern) => pattern.negative);
  const hint = onlyNegative ? '; a list of nothing but "!" entries includes no file at all, put "**" first' : '';
  return findingAt(filter, 'path', (files.length === 1 ? `${named(filter)} did not match the one changed file ${files[0]}` : `${named(filter)} matched none of ${files.length} files`) + hint);
}

function ignoresEverything(filter: TriggerFilter, patterns: readonly FilterPattern[], files: readonly string[]): Finding {
  const byNegation = files.find((name) => ignoringPattern(patterns, name)?.negative);
  const hint = byNegation === undefined ? '' : `; ${quoted([ignoringPattern(patterns, byNegation)?.text ?? ''])} ignores every file that it does not name, ${byNegation} among them`;
  return findingAt(filter, 'path', (files.length === 1 ? `${named(filter)} ignores the one changed file ${files[0]}` : `${named(filter)} ignores all ${files.length} files`) + hint);
}
