import type { Job } from './job.js';
import type { Position } from './problem.js';
import { asMap, decodeWorkflow, mapField } from './workflow-document.js';
import type { Workflow } from './workflow.js';

/** Where the value of one of a job's keys stands (`runs-on`, `if`, …), for who points at it; the job itself where it has no such key. */
export function placeOf({ document, gitea }: Workflow, job: Job, key: string): Position {
  const decoded = asMap(mapField(decodeWorkflow(document, gitea).root, 'jobs')?.entries.get(job.id));
  const node = decoded?.nodes.get(key)?.value;
  return node ? document.position(node.offset) : { line: job.line, column: job.column };
}
