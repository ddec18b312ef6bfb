import type { GiteaVersion } from '@tinqs/workflow-parser';
import { newestGitea } from '@tinqs/workflow-parser';
import { compileRegexp } from './regexp/go-regexp.js';
import type { TextTest } from './regexp/literal-ends.js';
import { versionRules } from './version-rules.js';

export interface VersionOption {
  /** Default: the newest, 1.27. */
  readonly gitea?: GiteaVersion;
}

/** One compiled entry of `branches`, `tags`, `paths` or `workflows`. */
export interface FilterPattern {
  readonly text: string;
  /** Begins with `!`: what `matches` answers is then taken away from the list. */
  readonly negative: boolean;
  /** Of the pattern without its `!`; linear in pattern × value. */
  readonly matches: TextTest;
}

/** `undefined`: Gitea refuses the pattern, and with it the whole list. */
export function compileFilterPattern(text: string, gitea: GiteaVersion): FilterPattern | undefined {
  const source = versionRules[gitea].filterSource(text);
  const matches = source === undefined ? undefined : compileRegexp(source);
  return matches && { text, negative: text.startsWith('!'), matches };
}

/**
 * Says whether one pattern of `branches`, `tags` or `paths` matches a value, in Gitea's language rather than a glob's. Since 1.27 that is another one.
 *
 * A leading `!` is stripped: the answer is about the rest.
 */
export function matchPattern(pattern: string, value: string, { gitea = newestGitea }: VersionOption = {}): 'match' | 'no-match' | 'invalid' {
  const compiled = compileFilterPattern(pattern, gitea);
  return compiled ? (compiled.matches(value) ? 'match' : 'no-match') : 'invalid';
}
