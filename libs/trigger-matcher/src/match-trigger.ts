import type { Trigger, TriggerFilter } from '@tinqs/workflow-parser';
import { activitiesOf, typeCondition } from './activity-type.js';
import type { Condition, Judging } from './condition.js';
import { unknownFilter } from './condition.js';
import { pathCondition } from './path-filter.js';
import { pushVerdict } from './push-trigger.js';
import { findingAt, quoted } from './reason.js';
import { nameCondition } from './ref-filter.js';
import type { TriggerEvent } from './trigger-event.js';
import { shortRefName } from './trigger-event.js';
import type { TriggerVerdict } from './trigger-verdict.js';
import { judged, matching } from './trigger-verdict.js';
import { familyOf } from './event-name.js';

const defaultTypes: readonly (string | undefined)[] = ['opened', 'synchronized', 'reopened'];

/** Judges one entry under `on` whose name accepts the event. Source: Gitea, modules/actions/workflows.go. */
export function triggerVerdict(trigger: Trigger, event: TriggerEvent, judging: Judging): TriggerVerdict {
  switch (familyOf(event.type)) {
    case 'plain':
      return matching(trigger);
    case 'push':
      return pushVerdict(trigger, event, judging);
    case 'pull-request':
      return pullRequestVerdict(trigger, event, judging);
    case 'workflow-run':
      return filtersVerdict(trigger, event, judging, (filter) => {
        if (filter.key === 'workflows') return nameCondition(filter, event.workflowName ?? '', judging.gitea);
        return filter.key === 'branches' || filter.key === 'branches-ignore' ? nameCondition(filter, event.headBranch ?? '', judging.gitea) : unknownFilter(filter, 'workflow_run');
      });
    case 'activity':
      return filtersVerdict(trigger, event, judging, (filter) => unknownFilter(filter, trigger.name));
    case undefined:
      return { matches: false, finding: () => findingAt(trigger, 'other-event', `Gitea starts no workflow on ${event.type}`) };
  }
}

function filtersVerdict(trigger: Trigger, event: TriggerEvent, judging: Judging, conditionOf: (filter: TriggerFilter) => Condition): TriggerVerdict {
  const conditions: Condition[] = [];
  for (const filter of trigger.filters ?? []) {
    const typed = filter.key === 'types' ? typeCondition(filter, event, judging.gitea) : { condition: conditionOf(filter) };
    if ('panics' in typed) {
      const entry = typed.panics;
      return { matches: false, panics: true, finding: () => findingAt(entry, 'panic', `types ${quoted([entry.value])} is no valid pattern: Gitea panics on it and loses this event for every workflow of the repository`) };
    }
    conditions.push(typed.condition);
  }
  return judged(trigger, conditions);
}

function pullRequestVerdict(trigger: Trigger, event: TriggerEvent, judging: Judging): TriggerVerdict {
  const filters = trigger.filters ?? [];
  const asksPaths = filters.some(({ key, values }) => (key === 'paths' || key === 'paths-ignore') && values.length > 0);
  const verdict = filtersVerdict(trigger, event, judging, (filter) => {
    if (filter.key === 'branches' || filter.key === 'branches-ignore') return nameCondition(filter, shortRefName(event.baseRef ?? ''), judging.gitea);
    return filter.key === 'paths' || filter.key === 'paths-ignore' ? pathCondition(filter, event.changedFiles ?? null, judging) : unknownFilter(filter, trigger.name);
  });
  if (verdict.panics) return verdict;
  if (!filters.some(({ key }) => key === 'types') && !defaultTypes.includes(event.action)) {
    const activity = activitiesOf(event).join(' and ') || 'this activity';
    return { matches: false, finding: () => findingAt(trigger, 'activity', `${trigger.name} without types takes opened, synchronize and reopened, and this is ${activity}`) };
  }
  if (trigger.name === 'pull_request_target' && asksPaths && event.headMissing) {
    return { matches: false, finding: () => findingAt(trigger, 'head-missing', 'the head commit of the pull request is not in the repository, so the path conditions of pull_request_target fail') };
  }
  return verdict;
}
