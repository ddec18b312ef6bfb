import type { Ending } from './end-of-life.js';
import type { RunnerRow } from './ports.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { attempt, type SweepView } from './sweep-view.js';

/**
 * Gitea sorts runners by when they were last online and gives out fifty per page: rows change places while the pages
 * are read, and one may be in none of them. So whoever is missing is asked for by its id before it counts as gone.
 */
export async function completeRows(view: SweepView, scope: Scope, runners: readonly Runner[]): Promise<void> {
  const key = scopeKey(scope);
  const listed = view.rows.get(key);
  if (listed === undefined) return;
  const ids = new Set(listed.map((row) => row.runnerId));
  const missing = runners.filter((runner) => runner.state !== 'ended' && !runner.registrationGone && !ids.has(runner.runnerId));
  const answers = await Promise.all(missing.map((runner) => attempt(view, `row of ${runner.name}`, async () => ({ row: await view.ports.gitea.readRunner(scope, runner.runnerId) }))));
  // Without an answer nobody knows, and nothing is decided by rows.
  if (answers.includes(undefined)) view.rows.delete(key);
  else view.rows.set(key, [...listed, ...answers.flatMap((answer) => answer?.row ?? [])]);
}

const BY_ROW: ReadonlySet<string> = new Set(['IDLE_OUT', 'BOOT_LIMIT', 'JOB_FINAL']);
const BY_SILENCE: ReadonlySet<string> = new Set(['IDLE_OUT', 'BOOT_LIMIT']);

/**
 * What ends for want of a word from it waits for a Gitea that answered a pass ago as well: one that was away has heard nobody.
 * A pass over many scopes, or one that was held up, acts on rows that it read a while ago. A machine whose row was
 * there then may have been given a job since: asked again in the moment before it is ended. A row that was gone stays gone.
 */
export async function stillEnds({ ports, rows, heardBefore }: SweepView, runner: Runner, { reason: { code } }: Ending): Promise<boolean> {
  if (!BY_ROW.has(code)) return true;
  const wasThere = rows.get(runner.scope)?.some((row: RunnerRow) => row.runnerId === runner.runnerId) ?? false;
  if (!wasThere) return true;
  if (!heardBefore && BY_SILENCE.has(code)) return false;
  const row = await ports.gitea.readRunner(runner.scopeRef, runner.runnerId);
  return row === null || (!row.busy && !(code === 'BOOT_LIMIT' && row.online));
}
