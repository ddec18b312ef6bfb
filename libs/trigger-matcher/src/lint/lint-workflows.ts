import { newestGitea } from '@tinqs/workflow-parser';
import type { WorkflowFile } from '../workflow-file.js';
import type { Diagnosis, LabelService } from './diagnosis.js';
import { blindLabels } from './blind-labels.js';
import { callers } from './callers.js';
import { concurrencyRule } from './concurrency.js';
import { deadFilters } from './dead-filters.js';
import { deadTypes } from './dead-types.js';
import { eventsRule } from './events.js';
import { fileFindings } from './files.js';
import { includeApart } from './include-apart.js';
import { labels } from './labels.js';
import { lintedAs } from './lint-version.js';
import { lintedFile } from './linted-file.js';
import type { LintFolder, LintRule } from './linted-file.js';
import { misreadPatterns } from './misread-patterns.js';
import { nameRaw } from './name-raw.js';
import { parserFindings } from './parser-findings.js';
import { patternChanges } from './pattern-changes.js';
import { serverConditions } from './server-conditions.js';
import { stuckRun } from './stuck-run.js';

export interface LintOptions {
  /** The server's version, `1.26.4`; default the newest. */
  readonly gitea?: string;
  /** Workflow files that do not count, as those of `.github/workflows` beside `.gitea/workflows`. */
  readonly others?: readonly WorkflowFile[];
  /** Without it labels are not held against runners. */
  readonly service?: LabelService;
}

const rules: readonly LintRule[] = [stuckRun, eventsRule, deadFilters, deadTypes, misreadPatterns, patternChanges, labels, blindLabels, nameRaw, includeApart, concurrencyRule, serverConditions, callers];

/**
 * Says what is wrong with the workflows of a commit, or is not what it looks like, on one version of Gitea: in the order of files and lines.
 *
 * `files` is the content of the folder that counts (`listWorkflows`). Never throws, whatever the text.
 */
export function lintWorkflows(files: readonly WorkflowFile[], options: LintOptions = {}): readonly Diagnosis[] {
  const { version } = lintedAs(options.gitea ?? newestGitea);
  const others = options.others ?? [];
  const folder: LintFolder = { files, service: options.service };
  return [
    ...others.map((file) => fileFindings.hidden(file, files)),
    ...files.flatMap((file) => {
      const found = fileFindings.kind(file);
      if (file.kind !== undefined && file.kind !== 'file') return found;
      const linted = lintedFile(file, [...files, ...others], version);
      const all = [...found, ...parserFindings(file, version), ...(linted ? rules.flatMap((rule) => rule(linted, folder)) : [])];
      return withoutRepeats(all).toSorted((a, b) => a.line - b.line || a.column - b.column);
    }),
  ];
}

/** One place is complained about once for the same reason, and an error there says it better than a warning. */
function withoutRepeats(found: readonly Diagnosis[]): readonly Diagnosis[] {
  const isSame = (a: Diagnosis, b: Diagnosis) => a.line === b.line && a.column === b.column && a.message === b.message;
  return found.filter((each, index) => found.findIndex((other) => isSame(each, other)) === index);
}
