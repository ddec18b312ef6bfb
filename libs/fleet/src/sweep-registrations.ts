import { backoffUntil } from './backoff.js';
import { refusesAll } from './gitea-breaker.js';
import { LIMITS } from './limits.js';
import { TAGS, type RunnerRow } from './ports.js';
import { reason } from './reason.js';
import { amendRunner } from './record.js';
import { advance } from './runner-lifecycle.js';
import { runnerNamePrefix } from './runner-name.js';
import type { Runner } from './runner.js';
import { scopeKey, type Scope, type ScopeKey } from './scope.js';
import { META } from './surroundings.js';
import { livingMachines, noteTrouble, type SweepView } from './sweep-view.js';
import { seconds, type Instant } from './time.js';

/** A left-over as the passes before saw it. */
interface Orphan {
  readonly scope?: ScopeKey;
  readonly since: Instant;
  readonly failures: number;
  readonly notBefore: Instant;
}

type Orphans = { readonly [name: string]: Orphan };

/** Two passes in a row, also where two run at once. */
const TWO_PASSES = seconds(50);

/**
 * (d) P22 and P14: registrations are deleted only after their machine is gone. Asked in the same 40 ms, Gitea grants
 * both a deletion and a job, which then hangs until its zombie sweep. A left-over without grant, record or machine
 * goes when two passes in a row saw it so. Each that cannot be deleted backs off alone.
 */
export async function deleteOrphans(view: SweepView): Promise<void> {
  const { store } = view.ports;
  const before = ((await store.readMeta(META.orphans)) as Orphans | undefined) ?? {};
  // Rows that this pass was not told of are as they were.
  const unheard = view.scopes.map(scopeKey).filter((key) => !view.rows.has(key));
  const orphans: { [name: string]: Orphan } = Object.fromEntries(Object.entries(before).filter(([, { scope }]) => scope !== undefined && unheard.includes(scope)));
  // Without EC2's word a machine of that name may be alive.
  const machines = view.instances === undefined ? undefined : new Set(livingMachines(view).map((each) => each.tags[TAGS.name]));
  for (const scope of machines === undefined ? [] : view.scopes) {
    const { runners, plan } = await store.loadScope(scopeKey(scope));
    for (const runner of runners.filter((each) => each.state === 'ended' && !each.registrationGone && !machines!.has(each.name))) await unregisterEnded(view, scope, runner);
    const granted = plan.grants.filter((grant) => view.now - grant.grantedAt <= LIMITS.grant + LIMITS.clocksDiffer).map((grant) => grant.name);
    const known = new Set([...runners.map((runner) => runner.name), ...granted]);
    const ids = new Set(runners.map((runner) => runner.runnerId));
    for (const row of view.rows.get(scopeKey(scope)) ?? []) {
      if (!row.name.startsWith(runnerNamePrefix(view.settings.installation)) || known.has(row.name) || machines!.has(row.name) || ids.has(row.runnerId) || row.busy) continue;
      const left = await deleteOrphan(view, scope, row, before[row.name]);
      if (left !== undefined) orphans[row.name] = left;
    }
  }
  if (machines !== undefined && JSON.stringify(before) !== JSON.stringify(orphans)) await store.writeMeta(META.orphans, orphans);
}

async function unregisterEnded(view: SweepView, scope: Scope, runner: Runner): Promise<void> {
  const { ports, now } = view;
  const failures = runner.ending?.failures ?? 0;
  const part = `registration ${runner.name}`;
  if ((runner.ending?.notBefore ?? 0) > now) return noteTrouble(view, part, `asked ${failures} times to delete it`);
  try {
    await ports.gitea.unregister(scope, runner.runnerId);
    await amendRunner(ports, runner, (current) => advance(current, { at: now, change: { registrationGone: true } }));
  } catch (cause) {
    noteTrouble(view, part, cause);
    if (refusesAll(cause)) return;
    const ending = { since: runner.ending?.since ?? now, code: runner.ending?.code ?? 'ENDED', failures: failures + 1, notBefore: backoffUntil(runner.name, failures + 1, now) };
    await amendRunner(ports, runner, (current) => advance(current, { at: now, change: { ending } }));
  }
}

/** What is left of it: `undefined` once it is deleted. */
async function deleteOrphan(view: SweepView, scope: Scope, row: RunnerRow, before: Orphan | undefined): Promise<Orphan | undefined> {
  const { ports, now } = view;
  const orphan = before ?? { scope: scopeKey(scope), since: now, failures: 0, notBefore: now + TWO_PASSES };
  if (orphan.notBefore > now) {
    if (orphan.failures > 0) noteTrouble(view, `registration ${row.name}`, `asked ${orphan.failures} times to delete it`);
    return orphan;
  }
  try {
    await ports.gitea.unregister(scope, row.runnerId);
    view.orphans += 1;
    ports.log.warn('left-over registration deleted', { runner: row.name, sentence: reason('ORPHAN_REGISTRATION', { name: row.name }).sentence });
    return undefined;
  } catch (cause) {
    noteTrouble(view, `registration ${row.name}`, cause);
    if (refusesAll(cause)) return orphan;
    const failures = orphan.failures + 1;
    return { ...orphan, failures, notBefore: backoffUntil(row.name, failures, now) };
  }
}
