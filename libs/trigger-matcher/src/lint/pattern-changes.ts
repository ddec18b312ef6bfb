import { compileFilterPattern } from '../filter-pattern.js';
import { quoted } from '../reason.js';
import { versionRules } from '../version-rules.js';
import { warningAt } from './diagnosis.js';
import { patternFilters } from './filters-of.js';
import type { LintRule } from './linted-file.js';

/** Patterns that 1.27 reads otherwise than 1.26, each with a name on which the two differ. Source: Gitea 1.27, modules/glob/glob.go, CompileWorkflow. */
export const patternChanges: LintRule = ({ path, gitea, workflow }) =>
  workflow.triggers.flatMap((trigger) =>
    patternFilters(trigger).flatMap((filter) =>
      filter.values.flatMap((entry) => {
        const [before, since] = [compileFilterPattern(entry.value, '1.26'), compileFilterPattern(entry.value, '1.27')];
        if (!before || (versionRules[gitea].readsGlobs && !since)) return [];
        if (!since) return [warningAt(path, entry, 'pattern-changes', `${filter.key} ${quoted([entry.value])} is no valid pattern any more in Gitea 1.27, and the whole ${filter.key} condition fails there`, 'write it in a way that both read: without "+" and "?" at the start or behind braces, and with every "{" escaped')];
        const witness = namesLike(entry.value.replace(/^!/, '')).find((name) => before.matches(name) !== since.matches(name));
        if (witness === undefined) return [];
        const [matchesSince, matchesBefore] = since.matches(witness) ? ['matches', 'does not'] : ['does not match', 'did'];
        return [warningAt(path, entry, 'pattern-changes', `${filter.key} ${quoted([entry.value])} means something else since Gitea 1.27: there it ${matchesSince} ${quoted([witness])}, and up to 1.26 it ${matchesBefore}`, remedyOf(entry.value))];
      }),
    ),
  );

function remedyOf(text: string): string {
  if (text.startsWith('!**/')) return `"!**/" leaves out the top folder since 1.27: add ${JSON.stringify(text.replace('**/', ''))} beside it`;
  if (/(?:^|\/)\*\*\//.test(text)) return `"**/" stops at a folder up to 1.26 and anywhere since: write ${JSON.stringify(text.replace('**/', ''))} and ${JSON.stringify(text.replace('**/', '**/*/'))}, if folders are meant`;
  return 'write it without what only one of them reads: braces, "!" or "^" in a class, letters behind a backslash, "?" or "+" at the start';
}

const most = 512;

/** Names in the shape of a pattern: every piece in the ways in which one of the two languages may read it. */
export function namesLike(text: string): readonly string[] {
  let names: readonly string[] = [''];
  for (const piece of text.match(/\*\*\/|\*\*|\*|\\.|\[[^\]]*\]|\{[^}]*\}|[^]/gu) ?? []) {
    const ways = readings(piece);
    names = names.flatMap((name) => ways.map((way) => name + way)).slice(0, most);
  }
  return [...names].filter((name) => name !== '').sort((a, b) => a.length - b.length);
}

function readings(piece: string): readonly string[] {
  if (piece === '**/') return ['', 'x/', 'x'];
  if (piece === '**') return ['x', '', 'x/y'];
  if (piece === '*') return ['x', ''];
  if (piece === '?' || piece === '+') return ['', piece, 'x'];
  if (piece.startsWith('\\')) return [piece.slice(1), '5', 'x'];
  if (piece.startsWith('[')) return [...new Set([...piece.slice(1, -1), 'z', '5'])].slice(0, 6);
  if (piece.startsWith('{') && piece.endsWith('}')) return [piece, ...piece.slice(1, -1).split(',')].slice(0, 4);
  return [piece];
}
