import type { GiteaVersion, ParseResult } from '@tinqs/workflow-parser';
import { parseWorkflow } from '@tinqs/workflow-parser';

/**
 * A workflow file as it stands in the commit that Gitea reads for the event. Reading it is remembered for as long as the object lives,
 * so keep the object to decide many events quickly.
 */
export interface WorkflowFile {
  /** Names the file in reasons, and orders it among the others. */
  readonly path: string;
  readonly text: string;
  /** What stands at the path, as `listWorkflows` says it; default `file`. */
  readonly kind?: 'file' | 'link' | 'submodule' | 'folder';
}

const parsed = new WeakMap<WorkflowFile, Map<GiteaVersion, ParseResult>>();

export function readWorkflowFile(file: WorkflowFile, gitea: GiteaVersion): ParseResult {
  const results = parsed.get(file) ?? new Map<GiteaVersion, ParseResult>();
  parsed.set(file, results);
  const result = results.get(gitea) ?? parseWorkflow(file.text, { path: file.path, gitea });
  results.set(gitea, result);
  return result;
}

/** Gitea's id of the workflow: its path below the workflow folder. */
export const workflowName = (path: string): string => path.replace(/^\.(gitea|github)\/workflows\//, '');
