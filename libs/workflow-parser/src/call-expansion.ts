import { inputsOf } from './expression-context.js';
import { GiteaError, locate } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { mapOf } from './go-value.js';
import { jobRows } from './job-row.js';
import type { JobContext } from './job-instance.js';
import { plainRecord } from './plain-value.js';
import type { Run, RunRow } from './run-rows.js';
import { scopeOf, statusOfAll } from './run-rows.js';
import { calleeName, parseUses } from './uses.js';
import { callInputs, callSpecOf, checkSecrets } from './workflow-call.js';
import { decodeWorkflow, mapField, nodeField, textField } from './workflow-document.js';
import type { WorkflowDocument } from './workflow-document.js';
import { readYaml } from './yaml-read.js';

/** A top caller may have this many below it. */
const mostLevels = 9;

/** Adds the called workflow's jobs below their caller, blocked, as 1.27 does. Throws where the server refuses the call. */
export function expandCaller(run: Run, index: number): void {
  const caller = run.rows[index];
  if (!caller || caller.expanded || !run.readCallee) return;
  locate(caller.row.job.nodes.get('uses')?.value ?? caller.row.key, () => {
    checkChain(caller);
    const ref = parseUses(caller.uses, caller.context.github?.['server_url']);
    const source = ref.elsewhere ?? caller.source;
    const name = calleeName(source ? { path: ref.path, elsewhere: source } : ref);
    const document = calleeDocument(name, run.readCallee?.(name), run.gitea);
    insertChildren(run, index, caller, document, source);
  });
  caller.expanded = true;
  refreshCaller(run, index);
}

function checkChain({ callers, uses }: RunRow): void {
  if (callers.length > mostLevels) throw new GiteaError(`"${uses}" is called more than ${mostLevels} levels deep`);
  if (callers.includes(uses) || new Set(callers).size < callers.length) throw new GiteaError(`"${uses}" calls itself, directly or through others`);
}

function calleeDocument(name: string, text: string | undefined, gitea: GiteaVersion): WorkflowDocument {
  if (text === undefined) throw new GiteaError(`the called workflow ${name} does not exist, or may not be read`);
  const yaml = readYaml(text, gitea);
  if (yaml.kind === 'refused') throw new GiteaError(`the called workflow ${name} cannot be read: ${yaml.message}`);
  return { path: name, root: yaml.root, position: yaml.position };
}

function insertChildren(run: Run, index: number, caller: RunRow, document: WorkflowDocument, source: RunRow['source']): void {
  const { gitea } = run;
  const { root } = decodeWorkflow(document, gitea);
  const spec = callSpecOf(nodeField(root, 'on'), gitea);
  checkSecrets(nodeField(caller.row.job, 'secrets'), spec, gitea);
  const inputs = plainRecord(callInputs(mapField(caller.row.job, 'with'), spec, scopeOf(run, caller, caller.row.combination, mapOf([]), true), gitea));
  const context = calledContext(caller.context, inputs);
  const { rows } = jobRows(document, inputsOf(context, gitea), gitea);
  if (rows.length === 0) throw new GiteaError(`the called workflow ${document.path ?? ''} has no jobs`);
  for (const row of rows) {
    run.rows.push({ row, context, document, status: 'blocked', concurrency: undefined, parent: index, callers: [caller.uses, ...caller.callers], source, uses: textField(row.job, 'uses') ?? '', expanded: false });
  }
}

/** The event stays that of the run, but for its inputs and its name. */
function calledContext(context: JobContext, inputs: Readonly<Record<string, unknown>>): JobContext {
  const { github } = context;
  const event = github?.['event'];
  return { ...context, inputs, ...(github ? { github: { ...github, event_name: 'workflow_call', event: { ...(typeof event === 'object' ? event : {}), inputs } } } : {}) };
}

/** A caller's status is that of its called jobs; so is that of the caller above it. */
export function refreshCaller(run: Run, index: number | undefined): void {
  const caller = index === undefined ? undefined : run.rows[index];
  if (!caller) return;
  const status = statusOfAll(run.rows.filter((row) => row.parent === index));
  if (status !== 'unknown') caller.status = status;
  refreshCaller(run, caller.parent);
}
