import type { GiteaVersion, JobContext } from '@tinqs/workflow-parser';
import type { TriggerEvent } from './trigger-event.js';
import { shortRefName } from './trigger-event.js';
import { versionRules } from './version-rules.js';

/** What expressions see at one run: what the event says by itself, under what the caller knows of it, without what that version cannot see. */
export function contextOf(event: TriggerEvent, triggerName: string, workflow: string, gitea: GiteaVersion): JobContext {
  const ref = event.ref ?? '';
  const own: Record<string, unknown> = {
    event_name: triggerName,
    workflow,
    ref,
    ref_name: shortRefName(ref),
    ref_type: ref.startsWith('refs/heads/') ? 'branch' : ref.startsWith('refs/tags/') ? 'tag' : '',
    sha: event.after ?? '',
    base_ref: shortRefName(event.baseRef ?? ''),
    head_ref: event.headRef ?? '',
    event: { ref, before: event.before ?? '', after: event.after ?? '' },
  };
  const { blindSpots } = versionRules[gitea];
  const blind = event.type === 'dispatch' || event.type === 'cron' ? blindSpots[event.type] : undefined;
  const { vars, inputs, github } = event.context ?? {};
  return {
    github: blind === 'github' ? {} : { ...own, ...github },
    // What Gitea itself does not see is known to be empty; what the caller left out is not.
    ...(blind === 'vars' ? { vars: {} } : vars ? { vars } : {}),
    ...(inputs ? { inputs } : {}),
  };
}
