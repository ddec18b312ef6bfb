import type { Trigger, TriggerFilter } from '@tinqs/workflow-parser';
import type { Condition, Judging } from './condition.js';
import { unknownFilter } from './condition.js';
import { pathCondition } from './path-filter.js';
import { nameCondition, otherRefCondition } from './ref-filter.js';
import { findingAt } from './reason.js';
import type { TriggerEvent } from './trigger-event.js';
import type { TriggerVerdict } from './trigger-verdict.js';
import { judged } from './trigger-verdict.js';

const branchPrefix = 'refs/heads/';
const tagPrefix = 'refs/tags/';

/**
 * Judges the filters of `push`: every one must pass, but where branches and tags are both filtered exactly one must fail, the one about the
 * other kind of ref. A tag passes `paths` and `paths-ignore` unseen. Source: Gitea, modules/actions/workflows.go, matchPushEvent.
 */
export function pushVerdict(trigger: Trigger, event: TriggerEvent, judging: Judging): TriggerVerdict {
  const filters = trigger.filters ?? [];
  const ref = event.ref ?? '';
  const conditions = filters.map((filter) => conditionOf(filter, ref, event, judging));
  const about = (kind: string) => filters.some(({ key }) => key === kind || key === `${kind}-ignore`);
  const both = about('branches') && about('tags');
  const failed = conditions.filter(({ passes }) => !passes);
  if (!both) return judged(trigger, conditions);
  if (failed.length === 1) return { matches: true, finding: lastPassing(conditions) ?? (() => findingAt(trigger, 'filters-match', 'its filters match')) };
  const own = failed.find(({ filter }) => !(filter.key.startsWith('tags') ? ref.startsWith(branchPrefix) : filter.key.startsWith('branches') && ref.startsWith(tagPrefix)));
  if (own) return { matches: false, finding: own.finding };
  const keys = failed.map(({ filter }) => filter.key).join(' and ');
  const [place = trigger] = failed.map(({ filter }) => filter);
  return { matches: false, finding: () => findingAt(place, 'filters-conflict', `${keys} are both about the other kind of ref, and beside branches and tags Gitea forgives only one: no push of this kind ever matches`) };
}

const lastPassing = (conditions: readonly Condition[]) => conditions.findLast(({ passes }) => passes)?.finding;

function conditionOf(filter: TriggerFilter, ref: string, event: TriggerEvent, judging: Judging): Condition {
  switch (filter.key) {
    case 'branches':
    case 'branches-ignore':
      return ref.startsWith(branchPrefix) ? nameCondition(filter, ref.slice(branchPrefix.length), judging.gitea) : otherRefCondition(filter, ref);
    case 'tags':
    case 'tags-ignore':
      return ref.startsWith(tagPrefix) ? nameCondition(filter, ref.slice(tagPrefix.length), judging.gitea) : otherRefCondition(filter, ref);
    case 'paths':
    case 'paths-ignore':
      if (ref.startsWith(tagPrefix)) return { filter, passes: true, finding: () => findingAt(filter, 'filters-match', `${filter.key} is not asked for tags`) };
      return pathCondition(filter, event.changedFiles ?? null, judging);
    default:
      return unknownFilter(filter, 'push');
  }
}
