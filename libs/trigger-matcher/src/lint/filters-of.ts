import type { Trigger, TriggerFilter } from '@tinqs/workflow-parser';
import { acceptsEvent, familyOf } from '../event-name.js';

const types = ['push', 'pull_request', 'pull_request_sync', 'workflow_run', 'issues', 'issue_comment', 'release', 'package', 'pull_request_review_approved', 'pull_request_review_comment', 'pull_request_comment'];
const byFamily = new Map<string, readonly string[]>([
  ['push', ['branches', 'branches-ignore', 'tags', 'tags-ignore', 'paths', 'paths-ignore']],
  ['pull-request', ['types', 'branches', 'branches-ignore', 'paths', 'paths-ignore']],
  ['workflow-run', ['types', 'workflows', 'branches', 'branches-ignore']],
  ['activity', ['types']],
]);

/** The filters an event takes; undefined where Gitea looks at none. A name of Gitea's own, as `pull_request_label`, takes those of its family. */
export function knownFilters(event: string): readonly string[] | undefined {
  const family = familyOf(event) ?? familyOf(types.find((type) => acceptsEvent(event, type)) ?? '');
  return family === undefined ? undefined : byFamily.get(family);
}

/** The filters of an event that Gitea holds against patterns of branches, tags, paths and workflows. */
export const patternFilters = ({ name, filters = [] }: Trigger): readonly TriggerFilter[] => filters.filter(({ key }) => key !== 'types' && knownFilters(name)?.includes(key) === true);

export const isIgnore = ({ key }: TriggerFilter): boolean => key.endsWith('-ignore');
export const isAboutPaths = ({ key }: TriggerFilter): boolean => key.startsWith('paths');
