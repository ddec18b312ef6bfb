// The second file of the check for callers of reusable workflows, with the workflow parser in it.
export { callsWorkflow } from '@tinqs/installation';
