import { backoffUntil } from './backoff.js';
import { brake, type Ending } from './end-of-life.js';
import { amendRunner } from './record.js';
import { advance } from './runner-lifecycle.js';
import type { Runner } from './runner.js';
import { stillEnds } from './sweep-rows.js';
import { attempt, livingMachines, messageOf, noteTrouble, type SweepView } from './sweep-view.js';
import { addEntry } from './timeline.js';

/** P24: what the whole pass would end is weighed together; then each machine is ended for itself. */
export async function endMachines(view: SweepView): Promise<void> {
  const believed = brake(view.endings.map(({ ending }) => ending), livingMachines(view).length);
  if (believed.reason !== null) {
    view.ports.log.error('brake: terminations not believed', { sentence: believed.reason.sentence });
    view.troubles.push({ part: 'brake', message: believed.reason.sentence });
  }
  for (const { ending, runner } of view.endings.filter((each) => believed.believed.includes(each.ending))) await endRunner(view, runner, ending);
}

/** Asks EC2 once per pass. What it said is kept, so that a death clock and a record do not ask twice. */
export async function askToEnd(view: SweepView, ending: Ending): Promise<unknown> {
  const { instanceId } = ending;
  if (view.asked.has(instanceId)) return view.asked.get(instanceId);
  let refusal: unknown = null;
  try {
    await view.ports.launcher.terminate(instanceId, { force: ending.force });
    view.ended.push({ instanceId, code: ending.reason.code });
    view.ports.log.warn('machine ended from outside', { instanceId, code: ending.reason.code, sentence: ending.reason.sentence });
  } catch (cause) {
    refusal = cause;
    view.ports.log.error('machine could not be ended', { instanceId, code: ending.reason.code, message: messageOf(cause) });
  }
  view.asked.set(instanceId, refusal);
  return refusal;
}

/** P9: each machine whose ending fails backs off alone: it starves no other, and is told of until it is gone. */
async function endRunner(view: SweepView, runner: Runner, ending: Ending): Promise<void> {
  const { ports, now } = view;
  const { code } = ending.reason;
  const waits = (runner.ending?.notBefore ?? 0) > now && !view.asked.has(ending.instanceId);
  if (waits) {
    noteTrouble(view, machinePart(ending.instanceId), `asked ${runner.ending!.failures} times to end it, last for ${runner.ending!.code}`);
    return;
  }
  if ((await attempt(view, `row of ${runner.name}`, () => stillEnds(view, runner, ending))) !== true) return;
  const refusal = await askToEnd(view, ending);
  if (refusal !== null) noteTrouble(view, machinePart(ending.instanceId), refusal);
  try {
    await amendRunner(ports, runner, (current) => {
      if (current.state === 'ended') return undefined;
      const failures = refusal === null ? 0 : (current.ending?.failures ?? 0) + 1;
      const notBefore = failures === 0 ? null : backoffUntil(runner.name, failures, now);
      const timeline = addEntry(current.timeline, now, failures === 0 ? 'ending' : 'ending failed', ending.reason.sentence);
      return advance({ ...current, timeline }, { state: 'draining', at: now, detail: ending.reason.sentence, change: { ending: { since: current.ending?.since ?? now, code, failures, notBefore } } });
    });
  } catch (cause) {
    noteTrouble(view, `runner ${runner.name}`, cause);
  }
}

export const machinePart = (instanceId: string): string => `machine ${instanceId}`;
