import { readingRules } from '@tinqs/workflow-parser';
import type { LintRule } from './linted-file.js';
import { errorAt, warningAt } from './diagnosis.js';

/** `concurrency` where it is not what it looks like. Read since 1.26 (services/actions/concurrency.go); a text is no map to 1.24, which starts nothing then. */
export const concurrencyRule: LintRule = ({ path, version, gitea, workflow }) => {
  const found = [...(workflow.concurrency ? [{ at: workflow.concurrency, of: 'the workflow', isFile: true, ...workflow.concurrency }] : []), ...workflow.jobs.flatMap((job) => (job.concurrency ? [{ at: job.concurrency, of: `the job "${job.id}"`, isFile: false, ...job.concurrency }] : []))];
  if (readingRules[gitea].runGroup !== 'never') return [];
  return found.map(({ at, of, isFile, bare }) =>
    version === '1.24' && bare
      ? errorAt(path, at, 'concurrency-text', `concurrency of ${of} is a text, which Gitea 1.24 cannot read: ${isFile ? 'it ignores the file' : 'it starts no run'} and says so only in its log`, 'write {group: …}, or update Gitea to 1.25')
      : warningAt(path, at, 'concurrency-unread', `Gitea ${version} does not look at concurrency of ${of}: there a newer push to the same branch cancels the runs of older ones, and nothing else does`, 'update Gitea to 1.26, or remove it'),
  );
};
