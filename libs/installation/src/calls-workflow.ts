import { parseWorkflow } from '@tinqs/workflow-parser';

/** Does this file have a concurrency group that runs of other refs, or of other workflows, may be in? One that names the ref is of that ref. A file that cannot be read may. */
export function sharesGroup(workflowText: string): boolean {
  const parsed = parseWorkflow(workflowText, { gitea: '1.27' });
  if (parsed.kind !== 'workflow') return true;
  const groups = [parsed.workflow.concurrency, ...parsed.workflow.jobs.map((job) => job.concurrency)].flatMap((each) => each?.group ?? []);
  return groups.some((group) => !/\bgithub\.(?:ref|ref_name|head_ref)\b/.test(group));
}

/** Does this file say of the job of this name that it only calls another workflow? A job's name is its `name` or its key, with the matrix in parentheses behind it. */
export function callsWorkflow(workflowText: string, jobName: string): boolean {
  const parsed = parseWorkflow(workflowText, { gitea: '1.27' });
  if (parsed.kind !== 'workflow') return false;
  return parsed.workflow.jobs.some((job) => job.uses !== undefined && [job.id, job.name].some((name) => typeof name === 'string' && (jobName === name || jobName.startsWith(`${name} (`))));
}
