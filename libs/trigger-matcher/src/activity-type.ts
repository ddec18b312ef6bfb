import type { GiteaVersion } from '@tinqs/workflow-parser';
import { newestGitea } from '@tinqs/workflow-parser';
import type { VersionOption } from './filter-pattern.js';
import { compileRegexp } from './regexp/go-regexp.js';
import { versionRules } from './version-rules.js';

/** `undefined`: the entry is invalid; Gitea panics when it comes to such a one, and loses the event for every file. */
export function compileTypePattern(pattern: string, gitea: GiteaVersion): ((action: string) => boolean) | undefined {
  const source = versionRules[gitea].typeSource(pattern);
  return source === undefined ? undefined : compileRegexp(source);
}

/** Says whether one entry of `types` matches an activity (`opened`): a glob with `*`, `?`, `[a-z]`, `[!a]`, `{a,b}`, another language than that of the filters. */
export function matchTypePattern(pattern: string, action: string, { gitea = newestGitea }: VersionOption = {}): 'match' | 'no-match' | 'invalid' {
  const matches = compileTypePattern(pattern, gitea);
  return matches ? (matches(action) ? 'match' : 'no-match') : 'invalid';
}
