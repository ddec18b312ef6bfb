import { scopeKey } from './scope.js';
import { META } from './surroundings.js';
import { attempt, type SweepView } from './sweep-view.js';
import { days } from './time.js';

const EMPTY_FOR = days(7);

/** Scopes without anything alive for a week are forgotten: the next delivery notes them again. */
export async function forgetScopes(view: SweepView): Promise<void> {
  const { store } = view.ports;
  const before = ((await store.readMeta(META.empty)) as { readonly [key: string]: number } | undefined) ?? {};
  const empty: { [key: string]: number } = {};
  for (const scope of view.scopes) {
    const key = scopeKey(scope);
    const { jobs, runners } = await store.loadScope(key);
    if (jobs.length > 0 || runners.length > 0) continue;
    const since = before[key] ?? view.now;
    if (view.now - since < EMPTY_FOR || (await attempt(view, `forget ${key}`, () => store.forgetScope(key).then(() => true))) !== true) empty[key] = since;
  }
  if (JSON.stringify(before) !== JSON.stringify(empty)) await store.writeMeta(META.empty, empty);
}
