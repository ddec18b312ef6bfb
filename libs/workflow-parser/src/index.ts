export { judgedAs, newestGitea } from './gitea-version.js';
export type { GiteaVersion } from './gitea-version.js';
export type { Concurrency, Job, YamlRecord, YamlValue } from './job.js';
export type { ConcurrencyGroup, ExpandOptions, ExpandResult, JobContext, JobInstance } from './job-instance.js';
export { parseTriggers, parseWorkflow } from './parse-workflow.js';
export { formatProblem } from './problem.js';
export type { Position, Problem } from './problem.js';
export type { DispatchInput, FilterValue, Trigger, TriggerFilter, TriggerSchedule } from './trigger.js';
export type { ParseOptions, ParseResult, Workflow } from './workflow.js';
