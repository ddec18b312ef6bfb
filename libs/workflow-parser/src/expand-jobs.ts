import { expandCaller } from './call-expansion.js';
import { evaluateConcurrency } from './concurrency.js';
import { cutName } from './display-name.js';
import { inputsOf, inputsWithJob, jobScope } from './expression-context.js';
import { GiteaError, GiteaPanic, NotKnownHere } from './gitea-failure.js';
import type { Failure } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { mapOf } from './go-value.js';
import { jobRows, WrongTypes } from './job-row.js';
import type { ConcurrencyGroup, ExpandOptions, ExpandResult, JobContext, JobInstance } from './job-instance.js';
import { plainRecord, plainValue } from './plain-value.js';
import type { Problem } from './problem.js';
import { readingRules } from './reading-rules.js';
import { recheckRun } from './run-recheck.js';
import { insertRows, isCaller, statusOfAll } from './run-rows.js';
import type { Run, RunRow } from './run-rows.js';
import { decodeWorkflow, mapField, nodeField, problemAt, textField } from './workflow-document.js';
import type { WorkflowDocument } from './workflow-document.js';
import type { Workflow } from './workflow.js';
import { decode } from './go-decode.js';
import type { GoValue } from './go-value.js';

/**
 * Computes the rows Gitea stores for one run of a workflow: order, names, labels and statuses, before any runner acts.
 *
 * There are three ways out. `jobs`; `jobs-error`: no run is stored and nothing is sent; `panic`: Gitea's own code dies on it.
 */
export function expandJobs(workflow: Workflow, context: JobContext, options: ExpandOptions = {}): ExpandResult {
  const { document } = workflow;
  const gitea = options.gitea ?? workflow.gitea;
  const rules = readingRules[gitea];
  const run: Run = { rows: [], gitea, readCallee: options.readCallee };
  try {
    const early = rules.runGroup === 'before-jobs' ? runConcurrency(workflow, context, gitea) : undefined;
    const computed = jobRows(document, inputsOf(context, gitea), gitea);
    const concurrency = early ?? (rules.runGroup === 'after-jobs' ? runConcurrency(workflow, context, gitea) : undefined);
    insertRows(run, computed, context, document, (index) => expandCaller(run, index));
    const recheck = run.rows.some((row) => row.expanded) ? recheckRun(run) : { ended: 'done' as const };
    const problems = computed.unknown.map((failure) => problemOf(document, failure, 'expression-unknown', 'warning'));
    if ('failure' in recheck && recheck.failure) problems.push(problemOf(document, recheck.failure, recheck.ended === 'stuck' ? 'run-stuck' : 'run-panic', 'error'));
    return {
      kind: 'jobs',
      ...(computed.runName === '' ? {} : { runName: cutName(computed.runName) }),
      runStatus: rules.storesEmptyRuns ? statusOfAll(run.rows) : 'waiting',
      ...(concurrency ? { concurrency } : {}),
      jobs: run.rows.map((row) => instanceOf(run, row)),
      ...(recheck.ended === 'stuck' ? { stuck: true as const } : {}),
      problems,
    };
  } catch (error) {
    if (error instanceof GiteaPanic) return { kind: 'panic', problem: problemOf(document, error, 'jobs-panic', 'error') };
    if (error instanceof WrongTypes) return { kind: 'jobs-error', problem: error.finding };
    if (error instanceof GiteaError) return { kind: 'jobs-error', problem: problemOf(document, error, 'jobs-error', 'error') };
    if (error instanceof NotKnownHere) return { kind: 'jobs-error', problem: problemOf(document, error, 'not-computable-here', 'warning') };
    throw error;
  }
}

function problemOf(document: WorkflowDocument, failure: Failure, code: string, severity: Problem['severity']): Problem {
  return problemAt(document, { offset: failure.offset ?? 0 }, code, failure.message, severity);
}

/** The group of the whole run. It sees what a job's would, without a job and a matrix. */
function runConcurrency({ document, concurrency }: Workflow, context: JobContext, gitea: GiteaVersion): ConcurrencyGroup | undefined {
  const node = decodeWorkflow(document, gitea).root?.nodes.get('concurrency')?.value;
  if (!concurrency || !node) return undefined;
  const scope = jobScope({ inputs: inputsWithJob(context, gitea, ''), matrix: new Map(), strategy: undefined, needs: mapOf([]), success: () => true, failure: () => false });
  const evaluated = evaluateConcurrency(concurrency, node, scope, gitea);
  return evaluated.group === '' && !evaluated.cancel ? undefined : evaluated;
}

function instanceOf(run: Run, { row, status, concurrency, parent, uses }: RunRow): JobInstance {
  const { job } = row;
  const strategy = mapField(job, 'strategy');
  const optional = <T>(name: string, value: T | undefined | ''): Record<string, T> => (value === undefined || value === '' ? {} : { [name]: value });
  const permissions = nodeField(job, 'permissions');
  return {
    id: row.id,
    name: cutName(row.name),
    labels: row.labels,
    needs: row.needs,
    status,
    ...(row.combination.size > 0 ? { matrix: plainRecord(row.combination) } : {}),
    ...optional('uses', uses),
    ...optional('if', nodeField(job, 'if')?.value),
    ...optional('failFast', textField(strategy, 'fail-fast')),
    ...optional('maxParallel', textField(strategy, 'max-parallel')),
    ...optional('timeoutMinutes', textField(job, 'timeout-minutes')),
    ...(permissions ? { permissions: plainValue((decode(permissions, 'any', run.gitea, () => undefined) ?? null) as GoValue) } : {}),
    ...(row.continueOnError ? { continueOnError: true } : {}),
    ...(concurrency && (concurrency.group !== '' || concurrency.cancel) ? { concurrency } : {}),
    ...(isCaller(run, uses) ? { caller: true as const } : {}),
    ...(parent === undefined ? {} : { parent }),
  };
}
