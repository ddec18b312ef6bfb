// The second file of what is read of workflow files, with the workflow parser in it.
export { callsWorkflow, sharesGroup } from '@tinqs/installation';
