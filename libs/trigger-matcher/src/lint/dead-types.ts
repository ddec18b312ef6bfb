import type { Trigger } from '@tinqs/workflow-parser';
import { matchTypePattern } from '../activity-type.js';
import { listed, quoted } from '../reason.js';
import { errorAt, warningAt } from './diagnosis.js';
import { knownFilters } from './filters-of.js';
import type { LintRule } from './linted-file.js';

const ofIssue = ['opened', 'closed', 'reopened', 'edited', 'assigned', 'unassigned', 'labeled', 'unlabeled', 'milestoned', 'demilestoned'];
const ofPullRequest = [...ofIssue, 'synchronize', 'review_requested', 'review_request_removed'];
const ofComment = ['created', 'edited', 'deleted'];

/** The activities Gitea has a word for, by event. Sources: services/actions/notifier.go, modules/structs/hook.go. */
const activities = new Map<string, readonly string[]>([
  ['pull_request', ofPullRequest],
  ['pull_request_target', ofPullRequest],
  // A review that only comments is judged by the words of the comment's rule.
  ['pull_request_review', ['submitted', 'edited', 'created']],
  ['pull_request_review_comment', ['created', 'edited']],
  ['pull_request_comment', ofComment],
  ['issues', ofIssue],
  ['issue_comment', ofComment],
  ['release', ['published', 'edited', 'deleted']],
  ['registry_package', ['published', 'deleted']],
  ['workflow_run', ['requested', 'in_progress', 'completed']],
]);
/** Names of Gitea's own that match an event whose activity the default types leave out. */
const innerNames = /^pull_request_(?:label|assign|milestone|review_request)$/;

/** `types` that no activity has, and those that Gitea panics on. Source: Gitea, modules/actions/workflows.go. */
export const deadTypes: LintRule = ({ path, gitea, workflow }) =>
  workflow.triggers.flatMap((trigger) => {
    const filter = knownFilters(trigger.name)?.includes('types') ? trigger.filters?.find(({ key }) => key === 'types') : undefined;
    if (!filter) return innerNames.test(trigger.name) ? [errorAt(path, trigger, 'types-missing', `${trigger.name} without types takes only opened, synchronize and reopened, which are other events: it never starts the workflow`, `write pull_request: {types: [${exampleOf(trigger)}]}`)] : [];
    const words = activities.get(trigger.name);
    if (filter.values.length === 0 || filter.values.every(({ value }) => value === '')) return [errorAt(path, filter, 'types-empty', `types without an entry lets no activity through: ${trigger.name} never starts this workflow`, 'name the activities, or remove types')];
    return filter.values.flatMap((entry) => {
      if (matchTypePattern(entry.value, 'opened', { gitea }) === 'invalid') return [errorAt(path, entry, 'types-panic', `types ${quoted([entry.value])} is no valid pattern: Gitea panics when it comes to it, and the event is lost for every workflow of the repository`, 'write the word of an activity')];
      if (!words || words.some((word) => matchTypePattern(entry.value, word, { gitea }) === 'match')) return [];
      return [warningAt(path, entry, 'type-unknown', `types ${quoted([entry.value])} never happens in Gitea: ${trigger.name} has ${listed(words)}`, 'mend the word, or remove it')];
    });
  });

const exampleOf = ({ name }: Trigger) => ({ pull_request_label: 'labeled', pull_request_assign: 'assigned', pull_request_milestone: 'milestoned' })[name] ?? 'review_requested';
