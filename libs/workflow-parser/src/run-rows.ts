import { evaluateConcurrency, readConcurrency } from './concurrency.js';
import { inputsWithJob, jobScope } from './expression-context.js';
import type { JobScope } from './expression-context.js';
import type { GiteaVersion } from './gitea-version.js';
import { GiteaError, locate } from './gitea-failure.js';
import { mapOf } from './go-value.js';
import type { JobContext, ConcurrencyGroup } from './job-instance.js';
import type { JobRow, JobRows } from './job-row.js';
import { readingRules } from './reading-rules.js';
import { asMap, mapField, textField } from './workflow-document.js';
import type { WorkflowDocument } from './workflow-document.js';

export type RowStatus = 'waiting' | 'blocked' | 'skipped' | 'cancelled';

/** A row as the server holds it; its status changes while the run is made. */
export interface RunRow {
  readonly row: JobRow;
  readonly context: JobContext;
  readonly document: WorkflowDocument;
  status: RowStatus;
  concurrency: ConcurrencyGroup | undefined;
  /** The index of the caller. */
  readonly parent: number | undefined;
  /** The called workflows above it, as written in `uses`, the nearest first. */
  readonly callers: readonly string[];
  /** Where a local `uses` of its looks; undefined: in the pushed commit. */
  readonly source: { readonly repository: string; readonly ref: string } | undefined;
  readonly uses: string;
  /** A caller whose called jobs are rows already. */
  expanded: boolean;
}

export interface Run {
  readonly rows: RunRow[];
  readonly gitea: GiteaVersion;
  readonly readCallee: ((uses: string) => string | undefined) | undefined;
}

/** A row that the server expands. */
export const isCaller = ({ gitea }: Pick<Run, 'gitea'>, uses: string): boolean => readingRules[gitea].expandsCallers && uses !== '';

/** Adds the workflow's own rows, one after the other: a later one may cancel an earlier one of its group. */
export function insertRows(run: Run, { rows }: JobRows, context: JobContext, document: WorkflowDocument, expand: (index: number) => void): void {
  const { storesEmptyRuns, sharedGroup } = readingRules[run.gitea];
  if (rows.length === 0 && !storesEmptyRuns) throw new GiteaError('there is no job to run; Gitea 1.25 stores no run without jobs');
  for (const row of rows) {
    const uses = textField(row.job, 'uses') ?? '';
    const added: RunRow = { row, context, document, status: row.needs.length > 0 ? 'blocked' : 'waiting', concurrency: undefined, parent: undefined, callers: [], source: undefined, uses, expanded: false };
    if (sharedGroup !== 'unread' && row.needs.length === 0) startInGroup(run, added);
    const index = run.rows.push(added) - 1;
    if (isCaller(run, uses) && added.status === 'waiting') expand(index);
  }
}

/** Evaluates a row's group and takes the place of earlier rows that wait in it. */
export function startInGroup(run: Run, started: RunRow): void {
  const { row, document } = started;
  const node = row.job.nodes.get('concurrency')?.value;
  const written = row.job.entries.get('concurrency');
  if (!node || started.parent !== undefined) return;
  const concurrency = readConcurrency(typeof written === 'string' ? written : asMap(written), document.position(node.offset));
  if (!concurrency) return;
  started.concurrency = evaluateConcurrency(concurrency, node, scopeOf(run, started, row.combination, mapOf([]), true), run.gitea);
  const { group } = started.concurrency;
  const others = run.rows.map((other, index) => [other, index] as const).filter(([other]) => group !== '' && other !== started && other.concurrency?.group === group && isPending(other));
  if (others.length > 0 && readingRules[run.gitea].sharedGroup === 'no-run') locate(node, () => {
    throw new GiteaError(`the group "${group}" is used by two jobs of this run; Gitea 1.26.4 then stores no run: give each its own group, for example with \${{ matrix }} values in it`);
  });
  for (const [, index] of others) cancel(run, index);
}

const isPending = (row: RunRow): boolean => row.status === 'waiting' || row.status === 'blocked';

function cancel(run: Run, index: number): void {
  for (const [childIndex, child] of run.rows.entries()) if (child.parent === index) cancel(run, childIndex);
  const row = run.rows[index];
  if (row && isPending(row)) row.status = 'cancelled';
}

/** What a row's own expressions see once it is stored. */
export function scopeOf(run: Run, { row, context }: RunRow, matrix: JobRow['combination'], needs: JobScope['needs'], knowsStrategy: boolean, status: Pick<JobScope, 'success' | 'failure'> = { success: () => true, failure: () => false }) {
  const strategy = mapField(row.job, 'strategy');
  const scope = jobScope({
    inputs: inputsWithJob(context, run.gitea, row.id),
    matrix,
    strategy: { failFast: textField(strategy, 'fail-fast'), maxParallel: textField(strategy, 'max-parallel') },
    needs,
    ...status,
  });
  // Where the condition is judged nobody has filled the strategy in.
  return knowsStrategy ? scope : { ...scope, contexts: { ...scope.contexts, strategy: mapOf([['fail-fast', false], ['max-parallel', 0]]) } };
}

/** The status of a run, or of a caller, from that of its rows. */
export function statusOfAll(rows: readonly RunRow[]): RowStatus | 'unknown' {
  const has = (status: RowStatus): boolean => rows.some((row) => row.status === status);
  if (rows.length > 0 && rows.every((row) => row.status === 'skipped')) return 'skipped';
  return (['waiting', 'blocked', 'cancelled'] as const).find(has) ?? 'unknown';
}

