import { scopeKey, type Controller, type ScopeKey, type Served } from '@tinqs/fleet';

/**
 * In one process planners of one scope need not race each other for its epoch: whoever asks while a plan is under way
 * gets the next one, together with all who ask meanwhile. A plan that takes its time, for want of capacity say, holds
 * up the next one for `patienceMs` only.
 */
export function onePlanAtATime(controller: Controller, patienceMs: number): Controller {
  const latest = new Map<ScopeKey, Promise<Served>>();
  const next = new Map<ScopeKey, { deliveredAt: number; readonly served: Promise<Served> }>();

  const serve: Controller['serve'] = (scope, { deliveredAt = Infinity } = {}) => {
    const key = scopeKey(scope);
    const waiting = next.get(key);
    if (waiting !== undefined) {
      waiting.deliveredAt = Math.min(waiting.deliveredAt, deliveredAt);
      return waiting.served;
    }
    const before = latest.get(key);
    if (before === undefined) return remember(key, planned(scope, deliveredAt));
    const served = settled(before, patienceMs).then(() => {
      const asked = next.get(key)!;
      next.delete(key);
      return planned(scope, asked.deliveredAt);
    });
    next.set(key, { deliveredAt, served });
    return remember(key, served);
  };

  const planned = (scope: Parameters<Controller['serve']>[0], deliveredAt: number) => controller.serve(scope, Number.isFinite(deliveredAt) ? { deliveredAt } : {});

  function remember(key: ScopeKey, work: Promise<Served>): Promise<Served> {
    const served = work.finally(() => {
      if (latest.get(key) === served) latest.delete(key);
    });
    latest.set(key, served);
    return served;
  }

  return { ...controller, serve };
}

async function settled(work: Promise<unknown>, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
  await Promise.race([work.then(() => undefined, () => undefined), patience]);
  clearTimeout(timer);
}
