import { RUNNER_STATES, type Runner, type RunnerState, type Stage } from './runner.js';
import { addEntry } from './timeline.js';
import type { Instant } from './time.js';

/** Moves a runner forward, never back (I7), and writes the clock of the stage once. `undefined`: nothing changed. */
export function advance(runner: Runner, step: { state?: RunnerState; stage?: Stage; at: Instant; detail?: string; change?: Partial<Runner> }): Runner | undefined {
  const forward = step.state !== undefined && RUNNER_STATES.indexOf(step.state) > RUNNER_STATES.indexOf(runner.state);
  const newStage = step.stage !== undefined && runner.stages[step.stage] === undefined;
  const change = step.change !== undefined && isNews(runner, step.change) ? step.change : undefined;
  if (!forward && !newStage && change === undefined) return undefined;
  return {
    ...runner,
    ...change,
    state: forward ? step.state! : runner.state,
    stages: newStage ? { ...runner.stages, [step.stage!]: step.at } : runner.stages,
    timeline: forward || newStage ? addEntry(runner.timeline, step.at, forward ? step.state! : step.stage!, step.detail ?? '') : runner.timeline,
  };
}

/** Is any of it not so already? Most steps of a pass change nothing. */
function isNews(runner: Runner, change: Partial<Runner>): boolean {
  return (Object.keys(change) as (keyof Runner)[]).some((key) => !isEqual(runner[key], change[key]));
}

/** Of plain data; only objects are worth writing out. */
function isEqual(before: unknown, after: unknown): boolean {
  return before === after || (typeof before === 'object' && typeof after === 'object' && JSON.stringify(before) === JSON.stringify(after));
}
