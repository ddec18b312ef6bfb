import type { TriggerFilter } from '@tinqs/workflow-parser';
import { compileFilterPattern } from '../filter-pattern.js';
import { quoted } from '../reason.js';
import { versionRules } from '../version-rules.js';
import { warningAt } from './diagnosis.js';
import { isAboutPaths, isIgnore, patternFilters } from './filters-of.js';
import type { LintRule } from './linted-file.js';

/** Patterns that are valid and mean something else than a glob of a shell or of GitHub. Sources: nektos/act pkg/workflowpattern up to 1.26, modules/glob since 1.27. */
export const misreadPatterns: LintRule = ({ path, gitea, workflow }) =>
  workflow.triggers.flatMap((trigger) => {
    const filters = patternFilters(trigger);
    const emptied = filters.filter(({ key, values }) => values.length === 0 && trigger.name === 'push' && /^(?:branches|tags)/.test(key));
    return [
      ...emptied.map((filter) => warningAt(path, filter, 'filter-empty', `${filter.key} [] is no condition to Gitea: every ${filter.key.startsWith('tags') ? 'tag starts this workflow, and no branch' : 'branch starts this workflow, and no tag'} does`, 'write patterns, or remove the filter')),
      ...filters.flatMap((filter) =>
        filter.values.flatMap((entry) => {
          if (!compileFilterPattern(entry.value, gitea)) return [];
          const why = misreading(entry.value, filter, versionRules[gitea].readsGlobs);
          return why ? [warningAt(path, entry, 'pattern-misread', `${filter.key} ${quoted([entry.value])}: ${why.reason}`, why.remedy)] : [];
        }),
      ),
    ];
  });

function misreading(text: string, filter: TriggerFilter, readsGlobs: boolean): { readonly reason: string; readonly remedy: string } | undefined {
  if (text.startsWith('!') && isIgnore(filter)) return { reason: 'under an -ignore filter an entry with "!" ignores everything that it does not name', remedy: `write what is to start it under ${filter.key.replace('-ignore', '')}, after "**"` };
  const body = text.replace(/^!/, '').replaceAll(/\\./gs, '');
  const bare = body.replaceAll(/\[[^\]]*\]/g, ']');
  if (/[^\w\]})]\?/.test(bare)) return { reason: '"?" is not one character: it makes what stands before it optional', remedy: 'write [0-9], [a-z] or * for the character' };
  if (/[^\]})*?]\+/.test(bare)) return { reason: '"+" is not a plus sign: it repeats the character before it', remedy: 'write "\\+" for the sign' };
  if (!readsGlobs && /\{[^}]*,[^{]*\}/.test(bare)) return { reason: 'up to Gitea 1.26 braces are plain characters, no choice', remedy: 'write one entry for each' };
  if (!readsGlobs && /\[\^/.test(body)) return { reason: 'up to Gitea 1.26 "[^…]" does not negate: "^" is one of the characters', remedy: 'name the characters that may stand here' };
  if (!readsGlobs && /\\[dDwWsSb]/.test(text)) return { reason: 'up to Gitea 1.26 a backslash makes the letter behind it a plain letter', remedy: 'write [0-9] or [a-z]' };
  if (isAboutPaths(filter) && /^[a-z][\w-]*(?:\/[a-z][\w-]*)*$/.test(text)) return { reason: 'it matches a file of exactly this path, nothing in a folder of this name', remedy: `write ${JSON.stringify(`${text}/**`)} for the folder` };
  if (text === '*' && !filter.key.startsWith('tags') && filter.key !== 'workflows') return { reason: `"*" stops at "/": ${isAboutPaths(filter) ? 'only files of the top folder match' : 'a name such as feature/a does not match'}`, remedy: 'write "**" for everything' };
  return undefined;
}
