import type { Trigger, TriggerFilter } from '@tinqs/workflow-parser';
import { compileFilterPattern } from '../filter-pattern.js';
import { listed, quoted } from '../reason.js';
import { versionRules } from '../version-rules.js';
import type { Diagnosis } from './diagnosis.js';
import { errorAt, warningAt } from './diagnosis.js';
import { isAboutPaths, isIgnore, knownFilters, patternFilters } from './filters-of.js';
import type { LintedFile, LintFolder, LintRule } from './linted-file.js';

/** Filters that no event can pass, and entries that match nothing. Source: Gitea, modules/actions/workflows.go and its two pattern languages. */
export const deadFilters: LintRule = (file, folder) =>
  file.workflow.triggers.flatMap((trigger) => {
    const takes = knownFilters(trigger.name);
    if (takes === undefined) return [];
    const unknown = (trigger.filters ?? []).filter(({ key }) => !takes.includes(key));
    return [
      ...unknown.map((filter) => errorAt(file.path, filter, 'filter-unknown', `${filter.key} is no filter of ${trigger.name}, and Gitea never matches an event with a filter it does not know`, `use ${listed(takes).replace(/ and ([^ ]+)$/, ' or $1')}, or remove it`)),
      ...conflict(trigger, file),
      ...patternFilters(trigger).flatMap((filter) => ofFilter(filter, trigger, file, folder)),
    ];
  });

/** Beside branches and tags Gitea forgives one filter that is about the other kind of ref, not two. */
function conflict({ name, filters = [] }: Trigger, { path }: LintedFile): readonly Diagnosis[] {
  if (name !== 'push') return [];
  const of = (kind: string) => filters.filter(({ key }) => key === kind || key === `${kind}-ignore`);
  const [branches, tags] = [of('branches'), of('tags')];
  const double = branches.length > 1 && tags.length > 0 ? { of: branches, never: 'tag' } : tags.length > 1 && branches.length > 0 ? { of: tags, never: 'branch' } : undefined;
  const [first] = double?.of ?? [];
  if (!double || !first) return [];
  return [errorAt(path, first, 'filters-conflict', `${listed(double.of.map(({ key }) => key))} are both about the other kind of ref when a ${double.never} is pushed, and Gitea forgives only one: no push of a ${double.never} ever matches`, `put "!" entries into ${first.key.replace('-ignore', '')} instead of ${first.key.replace('-ignore', '')}-ignore`)];
}

function ofFilter(filter: TriggerFilter, trigger: Trigger, { path, gitea }: LintedFile, { files }: LintFolder): readonly Diagnosis[] {
  const found: Diagnosis[] = [];
  const texts = filter.values.map(({ value }) => value);
  for (const entry of filter.values) {
    const pattern = compileFilterPattern(entry.value, gitea);
    if (!pattern) found.push(errorAt(path, entry, 'pattern-invalid', `${filter.key} ${quoted([entry.value])} is no valid pattern in Gitea ${gitea}, so the whole ${filter.key} condition fails and ${trigger.name} never starts this workflow`, 'mend the pattern: a class needs its "]" and rising ranges, "+" and "?" one thing before them, "\\" something behind it'));
    else {
      const why = deadEntry(entry.value.replace(/^!/, ''), filter, versionRules[gitea].readsGlobs);
      if (why) found.push(warningAt(path, entry, 'pattern-dead', `${filter.key} ${quoted([entry.value])} matches nothing: ${why.reason}`, why.remedy));
      else if (filter.key === 'workflows' && files.length > 0 && !files.some((file) => namesOf(file.path, file.text).some((name) => pattern.matches(name)))) found.push(warningAt(path, entry, 'workflow-unknown', `workflows ${quoted([entry.value])} is the name of none of the ${files.length} workflows here`, 'write the name: of that workflow, or its file name if it has none'));
    }
  }
  if (found.some(({ code }) => code === 'pattern-invalid') || texts.length === 0) return found;
  const always = alwaysFails(filter, texts);
  return always ? [...found, errorAt(path, filter, 'filter-dead', `${filter.key} ${quoted(texts)} lets nothing through, so ${trigger.name} never starts this workflow: ${always.reason}`, always.remedy)] : found;
}

interface Why {
  readonly reason: string;
  readonly remedy: string;
}

function deadEntry(text: string, filter: TriggerFilter, readsGlobs: boolean): Why | undefined {
  if (text === '' && !isIgnore(filter)) return { reason: 'it is empty, and nothing has an empty name', remedy: 'write a pattern, or remove the filter' };
  if (/[\r\n]/.test(text)) return { reason: 'it holds a line end, which no name has; several lines of a text are one pattern', remedy: 'write a list, one entry for each pattern' };
  if (/,\s/.test(text) && !text.includes('{')) return { reason: 'Gitea does not split a text at its commas', remedy: 'write a list: [a, b]' };
  if (isAboutPaths(filter)) {
    if (/^\.?\//.test(text)) return { reason: 'paths begin without "/" and "./"', remedy: `write ${JSON.stringify(text.replace(/^\.?\/+/, ''))}` };
    if (text.endsWith('/') && !(readsGlobs && text.endsWith('**/'))) return { reason: 'no path of a file ends with "/"', remedy: `write ${JSON.stringify(`${text}**`)}` };
    return undefined;
  }
  const prefix = /^refs\/(heads|tags)\//.exec(text)?.[0];
  if (prefix !== undefined) return { reason: 'the patterns are held against short names', remedy: `write ${JSON.stringify(text.slice(prefix.length))}` };
  return text.startsWith('/') ? { reason: 'no name begins with "/"', remedy: `write ${JSON.stringify(text.replace(/^\/+/, ''))}` } : undefined;
}

function alwaysFails(filter: TriggerFilter, texts: readonly string[]): Why | undefined {
  const negative = texts.filter((text) => text.startsWith('!'));
  if (isIgnore(filter)) {
    if (texts.includes('**')) return { reason: '"**" ignores everything', remedy: 'name what is to be ignored, or remove the event' };
    const kept = negative[0];
    if (kept !== undefined && texts.includes(kept.slice(1))) return { reason: `${quoted([kept.slice(1)])} is ignored, and so is everything else, because of ${quoted([kept])}`, remedy: `keep one of them; to start for some names only, write them under ${filter.key.replace('-ignore', '')}` };
    return undefined;
  }
  if (negative.length === texts.length) return { reason: 'entries with "!" only take away from what earlier entries include', remedy: 'put "**" before them' };
  const last = texts.lastIndexOf('!**');
  if (last >= 0 && texts.slice(last).every((text) => text.startsWith('!'))) return { reason: '"!**" at the end takes out everything, since the last entry that matches decides', remedy: 'put it first, or remove it' };
  const isTakenOut = (text: string, index: number) => text.startsWith('!') || texts.slice(index + 1).includes(`!${text}`);
  if (texts.every(isTakenOut)) return { reason: 'each entry is taken out again by a later one with "!"', remedy: 'put the entry with "!" first, or remove it' };
  return undefined;
}

/** What Gitea calls a workflow: its name, else the name of its file. Source: services/convert, getActionWorkflowEntry. */
function namesOf(path: string, text: string): readonly string[] {
  const name = /^name:[ \t]*(.*?)[ \t]*(?:#.*)?$/m.exec(text)?.[1]?.replace(/^(["'])(.*)\1$/, '$2');
  const file = path.slice(path.lastIndexOf('/') + 1);
  return name === undefined || name === '' ? [file] : [name];
}
