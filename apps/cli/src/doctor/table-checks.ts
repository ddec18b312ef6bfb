import { LIMITS, META, pauseOf, pauseSentence, type SweepMark } from '@tinqs/fleet';
import type { Target } from '../target.js';
import { failed, notYet, ok, warning, type Check } from './check.js';

/** Is the table there, and does the sweep run? */
export async function checkTable({ store, dashboard }: Pick<Target, 'store' | 'dashboard'>, now: number): Promise<readonly Check[]> {
  let table: Check;
  try {
    const facts = await store.describe();
    // Only `npm start` has a dashboard of its own; its embedded table expires nothing.
    table = facts.expires === false && dashboard === null ? warning('table', `table ${facts.table} does not let old items expire: it grows`, 'let the stack set it again: npx nx run dispatcher:deploy') : ok('table', `table ${facts.table} is ${facts.status}, about ${facts.items} items`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'TableMissingError') return [notYet('table', 'there is no table yet', 'npx nx run dispatcher:deploy')];
    return [failed('table', error.message, 'check the AWS credentials and the region')];
  }
  const [mark, pause] = await Promise.all([store.readMeta(META.sweep), store.readMeta(META.pause)]);
  const paused = pauseSentence(pauseOf(pause));
  return [table, sweep(mark as SweepMark | undefined, now), ...(paused === null ? [] : [warning('pause', paused, 'tinqs-ci resume')])];
}

function sweep(mark: SweepMark | undefined, now: number): Check {
  if (mark === undefined) return notYet('sweep', 'the sweep has never run', 'npx nx run monitor:deploy');
  const age = Math.round((now - mark.at) / 1_000);
  if (now - mark.at > LIMITS.silence) return failed('sweep', `the sweep last ran ${age} s ago`, 'look at the log of the monitor');
  return ok('sweep', `the sweep ran ${age} s ago`);
}
