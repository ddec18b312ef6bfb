import { readConcurrency } from './concurrency.js';
import { nothingKnown } from './expression-context.js';
import { Failure, GiteaError, GiteaPanic, NotKnownHere } from './gitea-failure.js';
import { newestGitea } from './gitea-version.js';
import type { GiteaVersion } from './gitea-version.js';
import type { Job } from './job.js';
import { jobRows, WrongTypes } from './job-row.js';
import { readTriggers } from './on.js';
import type { Problem } from './problem.js';
import { plainNode, present, readJob, textRecord } from './read-job.js';
import { readingRules } from './reading-rules.js';
import type { Trigger } from './trigger.js';
import { callNode } from './workflow-call.js';
import { asMap, decodeWorkflow, mapField, nodeField, problemAt, textField } from './workflow-document.js';
import type { DecodedWorkflow, WorkflowDocument } from './workflow-document.js';
import type { ParseOptions, ParseResult, Workflow } from './workflow.js';
import { warningsOf } from './workflow-warnings.js';
import { childOf } from './yaml-node.js';
import type { YamlNode } from './yaml-node.js';
import { readYaml } from './yaml-read.js';

/** Reads a workflow file as a version of Gitea does, and reports everything that is wrong with it, in the order of the text. */
export function parseWorkflow(text: string, options: ParseOptions = {}): ParseResult {
  const gitea = options.gitea ?? newestGitea;
  const { readsJobsFirst } = readingRules[gitea];
  const named = options.path === undefined ? {} : { path: options.path };
  const yaml = readYaml(text, gitea);
  if (yaml.kind === 'refused') return { kind: 'ignored', problems: [{ severity: 'error', code: yaml.code, message: yaml.message, ...yaml.at, ...named }] };
  const document: WorkflowDocument = { ...named, root: yaml.root, position: yaml.position };
  const decoded = decodeWorkflow(document, gitea);
  const problems: Problem[] = decoded.findings.map(({ stage: _, ...problem }) => problem);
  const triggers = readTriggers(decoded.root ? nodeField(decoded.root, 'on') : childOf(yaml.root, 'on'), yaml.root, {
    gitea,
    position: yaml.position,
    report: (node, code, message) => void problems.push(problemAt(document, node, code, message)),
  });
  const tried = triggers ? tryJobs(document, gitea) : undefined;
  const isTold = (at: Problem): boolean => problems.some((problem) => problem.line === at.line && problem.column === at.column);
  if (tried && !isTold(tried.problem)) problems.push(tried.problem);
  const inOrder = (): readonly Problem[] => problems.sort((a, b) => a.line - b.line || a.column - b.column);
  if (decoded.findings.some(({ stage }) => stage === 'file')) return { kind: 'ignored', problems: inOrder() };
  const workflow = workflowOf(document, decoded, triggers ?? [], gitea, tried?.kind === 'panic' && readsJobsFirst ? tried.problem : undefined);
  // The error of an empty job says already that it asks for no label.
  problems.push(...warningsOf(workflow, decoded).filter((warning) => warning.code !== 'runs-on-missing' || !isTold(warning)));
  return !triggers || (tried?.kind === 'error' && readsJobsFirst) ? { kind: 'ignored', problems: inOrder(), workflow } : { kind: 'workflow', workflow, problems: inOrder() };
}

/** What `on:` means to Gitea. Ignored: it passes over the file. Panic: it starts nothing in the whole repository, since 1.26. */
export type TriggersResult =
  | { readonly kind: 'triggers'; readonly triggers: readonly Trigger[]; readonly problems: readonly Problem[] }
  | { readonly kind: 'ignored'; readonly problems: readonly Problem[] }
  | { readonly kind: 'panic'; readonly problem: Problem };

/** Reads the events of a workflow file, in file order, with their filters, schedules and inputs. */
export function parseTriggers(text: string, options: ParseOptions = {}): TriggersResult {
  const result = parseWorkflow(text, options);
  if (result.kind === 'ignored') return result;
  return result.workflow.panic ? { kind: 'panic', problem: result.workflow.panic } : { kind: 'triggers', triggers: result.workflow.triggers, problems: result.problems };
}

/** Parses the jobs without knowing anything of the event: since 1.26 Gitea does so before it looks at the triggers. */
function tryJobs(document: WorkflowDocument, gitea: GiteaVersion): { kind: 'error' | 'panic'; problem: Problem } | undefined {
  try {
    jobRows(document, nothingKnown, gitea);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof NotKnownHere) {
      if (error instanceof NotKnownHere) return undefined;
      throw error;
    }
    const kind = error instanceof GiteaPanic ? 'panic' : 'error';
    if (error instanceof WrongTypes) return { kind, problem: error.finding };
    return { kind, problem: problemAt(document, { offset: error.offset ?? 0 }, error instanceof GiteaError ? 'jobs-error' : 'jobs-panic', error.message) };
  }
}

function workflowOf(document: WorkflowDocument, { root }: DecodedWorkflow, triggers: readonly Trigger[], gitea: GiteaVersion, panic: Problem | undefined): Workflow {
  const concurrencyNode = root?.nodes.get('concurrency')?.value;
  const concurrency = root?.entries.get('concurrency');
  const call = callNode(nodeField(root, 'on'));
  return {
    gitea,
    triggers,
    jobs: jobsOf(document, gitea),
    document,
    ...present({
      path: document.path,
      name: textField(root, 'name'),
      runName: textField(root, 'run-name'),
      concurrency: concurrencyNode && readConcurrency(typeof concurrency === 'string' ? concurrency : asMap(concurrency), document.position(concurrencyNode.offset)),
      env: textRecord(mapField(root, 'env')),
      defaults: plainNode(root?.nodes.get('defaults')?.value, gitea),
      permissions: plainNode(nodeField(root, 'permissions'), gitea),
      call: call === undefined ? undefined : ((plainNode(call ?? undefined, gitea) ?? null) as Workflow['call']),
      panic,
    }),
  } as Workflow;
}

function jobsOf(document: WorkflowDocument, gitea: GiteaVersion): readonly Job[] {
  const { root } = decodeWorkflow(document, gitea);
  const node = root?.nodes.get('jobs')?.value;
  const decoded = mapField(root, 'jobs');
  const jobs: Job[] = [];
  for (let i = 0; node?.kind === 'map' && i < node.items.length; i += 2) {
    const key = node.items[i] as YamlNode;
    jobs.push(readJob(key.value, key, asMap(decoded?.entries.get(key.value)), document, gitea));
  }
  return jobs;
}
