import type { LintRule } from './linted-file.js';
import { warningAt } from './diagnosis.js';

/** Events that take no filter. Source: Gitea, modules/actions/workflows.go, detectMatched. */
const plain = new Set(['create', 'delete', 'fork', 'gollum', 'wiki']);

/** What stands under `on` and is not what it looks like. */
export const eventsRule: LintRule = ({ path, version, workflow }) =>
  workflow.triggers.flatMap((trigger, index) => {
    const { name } = trigger;
    const filters = trigger.filters ?? [];
    const earlier = workflow.triggers.findIndex((other) => other.name === name);
    return [
      ...(earlier < index ? [warningAt(path, trigger, 'event-twice', `${name} stands here a second time, and Gitea starts a second run of it`, 'keep one')] : []),
      ...(plain.has(name) && filters[0] ? [warningAt(path, filters[0], 'filters-ignored', `${name} takes no filters: Gitea starts this workflow for every ${name}`, 'look at github.ref in an if of the job instead')] : []),
      ...(name === 'workflow_run' && version === '1.24' ? [warningAt(path, trigger, 'event-too-new', 'Gitea 1.24 knows no workflow_run: this never starts the workflow', 'update Gitea to 1.25')] : []),
    ];
  });
