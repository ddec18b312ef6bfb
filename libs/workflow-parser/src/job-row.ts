import type { Scope } from './expression.js';
import { jobScope, runScope } from './expression-context.js';
import type { ExpressionInputs } from './expression-context.js';
import type { ExpressionValue, GoRecord } from './expression-value.js';
import { GiteaError, GiteaPanic, locate, NotKnownHere } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { decode, isNull } from './go-decode.js';
import type { DecodedMap } from './go-decode.js';
import { hasExpression, interpolate } from './interpolate.js';
import { evaluateNode, truthOf } from './evaluate-node.js';
import { combinationsOf, printCombination } from './matrix.js';
import type { Combination } from './matrix.js';
import { needsGraph } from './needs.js';
import type { NeedsGraph } from './needs.js';
import { readingRules } from './reading-rules.js';
import { remembered } from './remembered.js';
import { labelsOf, textsOf } from './runs-on.js';
import { checkSingleJob } from './single-job.js';
import { jobShape } from './workflow-shape.js';
import { asMap, decodeWorkflow, mapField, nodeField, textField } from './workflow-document.js';
import type { Finding, WorkflowDocument } from './workflow-document.js';
import type { YamlNode } from './yaml-node.js';

/** One job and one combination of its matrix, evaluated, before it is decided whether it may start. */
export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly needs: readonly string[];
  readonly combination: Combination;
  readonly continueOnError: boolean;
  readonly job: DecodedMap;
  readonly key: YamlNode;
}

export interface JobRows {
  readonly runName: string;
  readonly rows: readonly JobRow[];
  /** What could not be evaluated: the text itself stands in its place. */
  readonly unknown: readonly NotKnownHere[];
}

/** A wrong type, found when the jobs are parsed. */
export class WrongTypes extends GiteaError {
  constructor(readonly finding: Finding) {
    super(finding.message);
  }
}

const readCombinations = remembered((matrix: YamlNode, gitea) => combinationsOf(matrix, gitea));
const checkJob = remembered(checkSingleJob);

/** Computes all rows of a workflow in Gitea's order. Throws GiteaError where it makes no run, GiteaPanic where it panics. */
export function jobRows(document: WorkflowDocument, inputs: ExpressionInputs, gitea: GiteaVersion): JobRows {
  const { root, findings } = decodeWorkflow(document, gitea);
  const early = findings.find((finding) => finding.stage === 'file');
  if (early) throw new WrongTypes(early);
  const runNameFinding = findings.find(({ line, column }) => isAt(document, root, 'run-name', line, column));
  if (runNameFinding) throw new WrongTypes(runNameFinding);
  const jobs = jobsOf(document, root, gitea);
  const found = findings[0];
  if (found) throw new WrongTypes(found);
  const unknown: NotKnownHere[] = [];
  const text: Interpolate = (value, scope, node) => {
    if (!hasExpression(value)) return value;
    try {
      return locate(node, () => interpolate(value, scope(), gitea));
    } catch (error) {
      if (!(error instanceof NotKnownHere)) throw error;
      unknown.push(error);
      return value;
    }
  };
  const runName = text(textField(root, 'run-name') ?? '', () => runScope(inputs), root?.nodes.get('run-name')?.value ?? document.root);
  const graph = needsGraph(jobs);
  return { runName, rows: jobs.flatMap((job) => rowsOf(job, graph, inputs, gitea, text)), unknown };
}

function isAt(document: WorkflowDocument, root: DecodedMap | undefined, field: string, line: number, column: number): boolean {
  const value = root?.nodes.get(field)?.value;
  if (!value) return false;
  const at = document.position(value.offset);
  return at.line === line && at.column === column;
}

interface KeyedJob {
  readonly id: string;
  readonly key: YamlNode;
  readonly job: DecodedMap | undefined;
  readonly needs: readonly string[];
}

function jobsOf(document: WorkflowDocument, root: DecodedMap | undefined, gitea: GiteaVersion): readonly KeyedJob[] {
  const node = root?.nodes.get('jobs')?.value;
  const decoded = mapField(root, 'jobs');
  const nullJob = [...(decoded?.entries ?? [])].find(([, job]) => job === null);
  if (nullJob) {
    const message = `the job "${nullJob[0]}" is empty; give it runs-on and steps, or remove it`;
    return locate(decoded?.nodes.get(nullJob[0])?.key ?? document.root, () => {
      throw readingRules[gitea].onNullJob === 'panic' ? new GiteaPanic(message) : new GiteaError(message);
    });
  }
  if (node?.kind !== 'map') return locate(node ?? document.root, () => {
    throw new GiteaError(node?.kind === 'alias' ? `an alias cannot stand as the value of "jobs"; write *${node.value} out` : 'there are no jobs; add a map "jobs"');
  });
  const jobs: KeyedJob[] = [];
  for (let i = 0; i < node.items.length; i += 2) {
    const [key, value] = [node.items[i] as YamlNode, node.items[i + 1] as YamlNode];
    if (key.kind !== 'scalar') return locate(key, () => {
      throw new GiteaError('the name of a job must be a text');
    });
    const job = asMap(decoded?.entries.get(key.value));
    const known = job !== undefined && !isNull(key) && decoded?.nodes.get(key.value)?.key === key;
    if (!known) checkUnnamed(key, value, gitea);
    jobs.push({ id: key.value, key, job: known ? job : undefined, needs: known ? textsOf(nodeField(job, 'needs'), gitea) : [] });
  }
  return jobs;
}

/** A key that names no job (`~`, `<<`) still has its value decoded as one, before the panic over the name. */
function checkUnnamed(key: YamlNode, value: YamlNode, gitea: GiteaVersion): void {
  if (isNull(value)) throw panicAt(key, `the job "${key.value}" has neither name nor content`);
  decode(value, jobShape, gitea, (node, _, message) =>
    locate(node, () => {
      throw new GiteaError(message);
    }),
  );
}

function panicAt(node: YamlNode, message: string): GiteaPanic {
  const panic = new GiteaPanic(message);
  panic.offset = node.offset;
  return panic;
}

/** The scope is made when there is an expression to evaluate in it. */
type Interpolate = (value: string, scope: () => Scope, node: YamlNode) => string;

function rowsOf({ id, key, job, needs }: KeyedJob, graph: NeedsGraph, inputs: ExpressionInputs, gitea: GiteaVersion, text: Interpolate): readonly JobRow[] {
  if (!job) throw panicAt(key, key.value === '<<' ? 'a merge under "jobs" is taken for a job; write the jobs out' : `"${key.value}" is no name a job can have`);
  const strategy = mapField(job, 'strategy');
  const matrix = nodeField(strategy, 'matrix');
  const combinations = locate(matrix ?? key, () => (matrix ? readCombinations(matrix, gitea) : combinationsOf(matrix, gitea)));
  const labelsNode = nodeField(job, 'runs-on');
  const labels = labelsOf(labelsNode, gitea);
  const written = textField(job, 'name') || id;
  const continues = readingRules[gitea].evaluatesContinueOnError ? nodeField(job, 'continue-on-error') : undefined;
  const status = statusOf(id, graph);
  const rows: JobRow[] = [];
  for (const combination of combinations) {
    const scope = () => jobScope({
      inputs,
      matrix: combination,
      strategy: job.entries.has('strategy') && strategy ? { failFast: textField(strategy, 'fail-fast'), maxParallel: textField(strategy, 'max-parallel') } : undefined,
      needs: needsContext(needs, graph),
      ...status,
    });
    const name = combination.size === 0 ? written : hasExpression(written) ? text(written, scope, job.nodes.get('name')?.value ?? key) : `${written} ${printCombination(combination)}`;
    const evaluated = labels.map((label) => text(label, scope, labelsNode ?? key));
    const continueOnError = continues ? locate(continues, () => truthOf(evaluateNode(continues, scope(), gitea))) : false;
    if (rows.length === 0) locate(key, () => checkJob(job, gitea));
    rows.push({ id, name, labels: evaluated, needs, combination, continueOnError, job, key });
  }
  return rows;
}

/** While rows are computed nothing has a result: what needs nothing is a success, all else is neither that nor a failure. */
function statusOf(id: string, needs: NeedsGraph): Pick<Scope, 'success' | 'failure'> {
  return {
    success: () => needs.follow(id) === 0,
    failure: () => needs.follow(id) < 0,
  };
}

/** The needs that exist, each without result and outputs. */
function needsContext(needs: readonly string[], graph: NeedsGraph): ExpressionValue {
  const record: GoRecord = { kind: 'record', type: 'exprparser.Needs', pointer: false, fields: new Map<string, ExpressionValue>([['outputs', { kind: 'unset', of: 'map' }], ['result', '']]) };
  return { kind: 'records', entries: new Map(needs.filter((need) => graph.has(need)).map((need) => [need, record])) };
}
