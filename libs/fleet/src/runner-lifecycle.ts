import { RUNNER_STATES, type Runner, type RunnerState, type Stage } from './runner.js';
import { addEntry } from './timeline.js';
import type { Instant } from './time.js';

/** Moves a runner forward, never back (I7), and writes the clock of the stage once. `undefined`: nothing changed. */
export function advance(runner: Runner, step: { state?: RunnerState; stage?: Stage; at: Instant; detail?: string; change?: Partial<Runner> }): Runner | undefined {
  const forward = step.state !== undefined && RUNNER_STATES.indexOf(step.state) > RUNNER_STATES.indexOf(runner.state);
  const newStage = step.stage !== undefined && runner.stages[step.stage] === undefined;
  const changes = changesOf(runner, step.change);
  if (!forward && !newStage && changes === undefined) return undefined;
  return {
    ...runner,
    ...changes,
    state: forward ? step.state! : runner.state,
    stages: newStage ? { ...runner.stages, [step.stage!]: step.at } : runner.stages,
    timeline: forward || newStage ? addEntry(runner.timeline, step.at, forward ? step.state! : step.stage!, step.detail ?? '') : runner.timeline,
  };
}

/** What of it is not so already; `undefined`: nothing. Most steps of a pass change nothing. */
function changesOf(runner: Runner, change: Partial<Runner> = {}): Partial<Runner> | undefined {
  const keys = (Object.keys(change) as (keyof Runner)[]).filter((key) => !isEqual(runner[key], change[key]));
  return keys.length === 0 ? undefined : (Object.fromEntries(keys.map((key) => [key, change[key]])) as Partial<Runner>);
}

/** Of plain data; only objects are worth writing out. */
function isEqual(before: unknown, after: unknown): boolean {
  return before === after || (typeof before === 'object' && typeof after === 'object' && JSON.stringify(before) === JSON.stringify(after));
}
