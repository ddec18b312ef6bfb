import { expandCaller, refreshCaller } from './call-expansion.js';
import type { ExpressionValue, GoRecord } from './expression-value.js';
import { GiteaError, GiteaPanic, NotKnownHere } from './gitea-failure.js';
import { conditionHolds } from './job-condition.js';
import { isCaller, scopeOf, startInGroup, statusOfAll } from './run-rows.js';
import type { RowStatus, Run, RunRow } from './run-rows.js';
import { nodeField } from './workflow-document.js';

/** How a re-check ended: `stuck`: it fails and is tried again for ever. `panic`: what waits keeps waiting. */
export interface Recheck {
  readonly ended: 'done' | 'stuck' | 'panic';
  readonly failure?: GiteaError | GiteaPanic;
}

/**
 * What 1.27 does right after it stored a run with a caller: it looks at every blocked row, frees those whose needs are over (names that do
 * not exist count as over), judges their `if`, and expands callers among them, until nothing changes. A pass that fails leaves no trace.
 */
export function recheckRun(run: Run): Recheck {
  for (;;) {
    const before = run.rows.map((row) => ({ ...row }));
    try {
      if (!recheckOnce(run)) return { ended: 'done' };
    } catch (error) {
      if (!(error instanceof GiteaError) && !(error instanceof GiteaPanic)) throw error;
      run.rows.splice(0, run.rows.length, ...before);
      return { ended: error instanceof GiteaPanic ? 'panic' : 'stuck', failure: error };
    }
    if (run.rows.length === before.length && run.rows.every((row, index) => row.status === before[index]?.status)) return { ended: 'done' };
  }
}

function recheckOnce(run: Run): boolean {
  let expandedSome = false;
  for (const [index, status] of [...resolve(run)].sort(([a], [b]) => a - b)) {
    const row = run.rows[index] as RunRow;
    if (!isCaller(run, row.uses)) {
      row.status = status;
      refreshCaller(run, row.parent);
    } else if (status === 'waiting') {
      expandCaller(run, index);
      expandedSome = true;
    } else {
      row.status = status;
      refreshCaller(run, row.parent);
    }
  }
  return expandedSome;
}

/** The new status of every row that does not stay blocked. */
function resolve(run: Run): ReadonlyMap<number, RowStatus> {
  const found = new Map<number, RowStatus>();
  const statusNow = (index: number): RowStatus => found.get(index) ?? (run.rows[index] as RunRow).status;
  for (let changed = true; changed; ) {
    changed = false;
    const round = new Map<number, RowStatus>();
    for (const [index, row] of run.rows.entries()) {
      if (statusNow(index) !== 'blocked' || (row.parent !== undefined && !run.rows[row.parent]?.expanded)) continue;
      const status = judge(run, index, row, statusNow);
      if (status !== 'blocked') round.set(index, status);
    }
    for (const [index, status] of round) {
      found.set(index, status);
      changed = true;
    }
  }
  return found;
}

const isDone = (status: RowStatus): boolean => status === 'skipped' || status === 'cancelled';

function judge(run: Run, index: number, row: RunRow, statusNow: (index: number) => RowStatus): RowStatus {
  const needed = run.rows.flatMap((other, at) => (other.parent === row.parent && row.row.needs.includes(other.row.id) ? [at] : []));
  if (!needed.every((at) => isDone(statusNow(at)))) return 'blocked';
  try {
    if (row.row.needs.length > 0) startInGroup(run, row);
    if (!holds(run, row, needed)) return 'skipped';
  } catch (error) {
    // Gitea logs it, and the row stays as it is.
    if (error instanceof GiteaError || error instanceof NotKnownHere) return 'blocked';
    throw error;
  }
  return 'waiting';
}

function holds(run: Run, row: RunRow, needed: readonly number[]): boolean {
  const condition = nodeField(row.row.job, 'if');
  // Whatever is done at this point was skipped or cancelled, so no need is a success.
  if (!condition || condition.value === '') return needed.length === 0;
  const results = new Map<string, ExpressionValue & GoRecord>();
  for (const need of row.row.needs) {
    const rows = run.rows.filter((other) => other.parent === row.parent && other.row.id === need);
    if (rows.length === 0) continue;
    results.set(need, { kind: 'record', type: 'exprparser.Needs', pointer: false, fields: new Map<string, ExpressionValue>([['outputs', { kind: 'unset', of: 'map' }], ['result', statusOfAll(rows)]]) });
  }
  const followed = (): void => {
    for (const need of row.row.needs) if (!results.has(need)) throw new GiteaPanic(`success() and failure() follow "needs" to the job "${need}", which does not exist`);
  };
  const scope = scopeOf(run, row, new Map(), { kind: 'records', entries: results }, false, {
    success: () => {
      followed();
      return row.row.needs.length === 0;
    },
    failure: () => {
      followed();
      return false;
    },
  });
  return conditionHolds(condition.value, scope, run.gitea);
}
