import type { Trigger } from '@tinqs/workflow-parser';
import type { Condition } from './condition.js';
import type { Finding } from './reason.js';
import { findingAt } from './reason.js';

/** What one entry under `on` says of an event. `panics`: Gitea comes upon an invalid entry of `types` and loses the event for every file. */
export interface TriggerVerdict {
  readonly matches: boolean;
  readonly panics?: true;
  readonly finding: () => Finding;
}

export const matching = (trigger: Trigger): TriggerVerdict => ({ matches: true, finding: () => findingAt(trigger, 'no-filters', `${trigger.name} has no filters`) });

/** All conditions must pass; the first that fails is the reason, else the last, which says most. */
export function judged(trigger: Trigger, conditions: readonly Condition[]): TriggerVerdict {
  const decisive = conditions.find(({ passes }) => !passes) ?? conditions[conditions.length - 1];
  return decisive ? { matches: decisive.passes, finding: decisive.finding } : matching(trigger);
}
