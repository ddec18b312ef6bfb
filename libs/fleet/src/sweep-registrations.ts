import { LIMITS } from './limits.js';
import { TAGS } from './ports.js';
import { reason } from './reason.js';
import { runnerNamePrefix } from './runner-name.js';
import { advance } from './runner-lifecycle.js';
import { scopeKey } from './scope.js';
import { META } from './surroundings.js';
import type { SweepView } from './sweep.js';

/**
 * (d) P22 and P14: registrations are deleted only after their machine is gone. Asked in the same 40 ms, Gitea grants
 * both a deletion and a job, which then hangs until its zombie sweep. A left-over without grant, record or machine
 * goes when two passes in a row saw it so.
 */
export async function deleteOrphans(view: SweepView): Promise<void> {
  const { ports, settings, now } = view;
  const before = new Set(((await ports.store.readMeta(META.orphans)) as string[] | undefined) ?? []);
  const orphans: string[] = [];
  const prefix = runnerNamePrefix(settings.installation);
  for (const scope of view.scopes) {
    const { runners, plan } = await ports.store.loadScope(scopeKey(scope));
    for (const runner of runners.filter((each) => each.state === 'ended' && !each.registrationGone)) {
      await ports.gitea.unregister(scope, runner.runnerId);
      const done = advance(runner, { at: now, change: { registrationGone: true } });
      if (done !== undefined) await ports.store.replaceRunner({ ...done, version: runner.version + 1 });
    }
    // Without EC2's word a machine of that name may be alive.
    if (view.instances === undefined) continue;
    for (const row of view.rows.get(scopeKey(scope)) ?? []) {
      const ours = row.name.startsWith(prefix) && !runners.some((each) => each.runnerId === row.runnerId || each.name === row.name) && !plan.grants.some((grant) => grant.name === row.name && now - grant.grantedAt <= LIMITS.grant);
      if (!ours || row.busy || view.instances.some((each) => each.tags[TAGS.name] === row.name && each.state !== 'terminated')) continue;
      if (!before.has(row.name)) {
        orphans.push(row.name);
        continue;
      }
      await ports.gitea.unregister(scope, row.runnerId);
      view.orphans += 1;
      ports.log.warn('left-over registration deleted', { runner: row.name, sentence: reason('ORPHAN_REGISTRATION', { name: row.name }).sentence });
    }
  }
  await ports.store.writeMeta(META.orphans, orphans);
}
