import type { Contexts } from './expression.js';
import type { Scope } from './expression.js';
import { fromJson } from './expression-value.js';
import type { ExpressionValue, GoRecord } from './expression-value.js';
import { GiteaError, NotKnownHere } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { mapOf } from './go-value.js';
import type { GoMap, GoValue } from './go-value.js';
import type { JobContext } from './job-instance.js';
import { readingRules } from './reading-rules.js';

/** `github` is a record of Gitea's with these fields, in this order; whatever else a context holds is not to be seen. */
const githubFields = [
  'event', 'event_path', 'workflow', 'run_id', 'run_number', 'actor', 'repository', 'event_name', 'sha', 'ref', 'ref_name', 'ref_type', 'head_ref', 'base_ref', 'token', 'workspace', 'action', 'action_path', 'action_ref',
  'action_repository', 'job', 'job_name', 'repository_owner', 'retention_days', 'runner_perflog', 'runner_tracking_id', 'server_url', 'api_url', 'graphql_url',
];

/** What concurrency and the conditions of jobs see of it: no server, no addresses. */
const withoutAddresses = new Set(['server_url', 'api_url', 'graphql_url', 'job_name', 'runner_perflog', 'runner_tracking_id', 'run_attempt']);

/** Nothing is known yet: so the triggers of a file are read since 1.26, whatever the event. */
export const nothingKnown: ExpressionInputs = { github: { kind: 'nil', type: 'model.GithubContext' }, vars: { kind: 'unset', of: 'map' }, inputs: { kind: 'unset', of: 'map' } };

export interface ExpressionInputs {
  readonly github: ExpressionValue | (() => ExpressionValue);
  readonly vars: ExpressionValue | (() => ExpressionValue);
  readonly inputs: ExpressionValue;
}

/** Contexts as a caller gives them. What was left out is not guessed: an expression that asks for it is not evaluated. */
export function inputsOf(context: JobContext, gitea: GiteaVersion): ExpressionInputs {
  const { github, vars, inputs } = context;
  return {
    github: github ? once(() => githubRecord(github, gitea)) : notGiven('github'),
    vars: vars ? mapOf(Object.entries(vars)) : notGiven('vars'),
    inputs: inputs ? inputMap(inputs) : { kind: 'unset', of: 'map' },
  };
}

/** Most texts hold no expression, and then nobody asks. */
function once(make: () => ExpressionValue): () => ExpressionValue {
  let made: ExpressionValue | undefined;
  return () => (made ??= make());
}

function notGiven(name: string): () => ExpressionValue {
  return () => {
    throw new NotKnownHere(`the context "${name}" was not given`);
  };
}

/** Whole numbers of the inputs of a called workflow are floats, as all numbers of JSON are. */
function inputMap(inputs: Readonly<Record<string, unknown>>): GoMap {
  return mapOf(Object.entries(inputs).map(([key, value]) => [key, fromJson(value)] as const));
}

export function githubRecord(github: Readonly<Record<string, unknown>>, gitea: GiteaVersion, without: ReadonlySet<string> = new Set()): GoRecord {
  const fields = new Map<string, ExpressionValue>();
  for (const name of readingRules[gitea].knowsRun ? [...githubFields, 'run_attempt'] : githubFields) {
    const value = without.has(name) ? undefined : github[name];
    if (name === 'event') fields.set(name, typeof value === 'object' && value !== null && !Array.isArray(value) ? fromJson(value) : { kind: 'unset', of: 'map' });
    else fields.set(name, typeof value === 'string' ? value : '');
  }
  return { kind: 'record', type: 'model.GithubContext', fields, pointer: true };
}

/** The record that concurrency and conditions see, for one job. */
export function inputsWithJob(context: JobContext, gitea: GiteaVersion, job: string): ExpressionInputs {
  const { github } = context;
  const inputs = inputsOf(context, gitea);
  return { ...inputs, github: github ? once(() => githubRecord({ ...github, job }, gitea, withoutAddresses)) : inputs.github, inputs: context.inputs ? inputs.inputs : mapOf([]) };
}

const unset: ExpressionValue = { kind: 'unset', of: 'map' };

/** The names that are there, but hold nothing, while rows are computed. `jobs` is there for outputs of called workflows only. */
function commonContexts({ github, vars, inputs }: ExpressionInputs): Contexts {
  return { github, gitea: github, vars, inputs, env: unset, secrets: unset, steps: unset, runner: unset, job: { kind: 'nil', type: 'model.JobContext' } };
}

/** The scope of `run-name`: no job, no matrix, and the status functions fail. */
export function runScope(inputs: ExpressionInputs): Scope {
  const fails = (): never => {
    throw new GiteaError('success() and failure() are known to jobs only');
  };
  return { contexts: { ...commonContexts(inputs), strategy: unset, matrix: unset, needs: unset }, success: fails, failure: fails };
}

export interface JobScope {
  readonly inputs: ExpressionInputs;
  readonly matrix: ReadonlyMap<string, GoValue>;
  /** `fail-fast` and `max-parallel`; undefined: the job has no `strategy`. */
  readonly strategy: { readonly failFast: string | undefined; readonly maxParallel: string | undefined } | undefined;
  readonly needs: ExpressionValue;
  readonly success: () => boolean;
  readonly failure: () => boolean;
}

export function jobScope({ inputs, matrix, strategy, needs, success, failure }: JobScope): Scope {
  return { contexts: { ...commonContexts(inputs), matrix: { kind: 'map', general: false, entries: matrix }, strategy: strategyMap(strategy), needs }, success, failure };
}

/** Defaults are true and 4; what is no boolean or number is false and 0. */
function strategyMap(strategy: JobScope['strategy']): ExpressionValue {
  if (!strategy) return mapOf([]);
  const { failFast = '', maxParallel = '' } = strategy;
  return mapOf([
    ['fail-fast', failFast === '' || /^(?:1|t|T|TRUE|true|True)$/.test(failFast)],
    ['max-parallel', maxParallel === '' ? 4 : /^[-+]?\d+$/.test(maxParallel) ? Number(maxParallel) : 0],
  ]);
}
