import type { ExpandResult, GiteaVersion, JobContext, Workflow } from '@tinqs/workflow-parser';
import { expandJobs, judgedAs } from '@tinqs/workflow-parser';
import { contextOf } from '../event-context.js';
import { pushEvent } from '../trigger-event.js';
import type { WorkflowFile } from '../workflow-file.js';
import { readWorkflowFile, workflowName } from '../workflow-file.js';
import type { Diagnosis, LabelService } from './diagnosis.js';
import type { LintVersion } from './lint-version.js';

/** A file with what Gitea makes of it, as the rules look at it. */
export interface LintedFile {
  readonly path: string;
  readonly version: LintVersion;
  readonly gitea: GiteaVersion;
  readonly workflow: Workflow;
  /** The parser found an error: what follows from it is said already. */
  readonly isBroken: boolean;
  /** Its rows at a push to a branch. Variables, and what is called in other repositories, are not known. */
  readonly expanded: ExpandResult;
}

/** What a rule may look at beyond its file. */
export interface LintFolder {
  readonly files: readonly WorkflowFile[];
  readonly service: LabelService | undefined;
}

export type LintRule = (file: LintedFile, folder: LintFolder) => readonly Diagnosis[];

const push = pushEvent({ ref: 'refs/heads/main', before: '1'.repeat(40), after: '2'.repeat(40), changedFiles: null, message: '' });

export function lintedFile(file: WorkflowFile, others: readonly WorkflowFile[], version: LintVersion): LintedFile | undefined {
  const { gitea } = judgedAs(version);
  const { workflow, problems } = readWorkflowFile(file, gitea);
  if (!workflow) return undefined;
  return { path: file.path, version, gitea, workflow, isBroken: problems.some(({ severity }) => severity === 'error'), expanded: expandedRows(workflow, contextOf(push, 'push', workflowName(file.path), gitea), others) };
}

function expandedRows(workflow: Workflow, context: JobContext, files: readonly WorkflowFile[]): ExpandResult {
  let asksElsewhere = false;
  const readCallee = (uses: string): string | undefined => {
    const found = files.find(({ path }) => uses === `./${path}`);
    if (!found) asksElsewhere ||= !uses.startsWith('./');
    return found?.text;
  };
  const expanded = expandJobs(workflow, context, { readCallee });
  // What lies in another repository cannot be read from here, so what follows from it is no finding.
  return asksElsewhere ? expandJobs(workflow, context) : expanded;
}
