import type { JobContext } from '@tinqs/workflow-parser';
import type { TriggerEvent } from './trigger-event.js';
import { shortRefName } from './trigger-event.js';

/** What expressions see at one run: what the event says by itself, under what the caller knows of it. */
export function contextOf(event: TriggerEvent, triggerName: string, workflow: string): JobContext {
  const ref = event.ref ?? '';
  const short = shortRefName(ref);
  const own: Record<string, unknown> = {
    event_name: triggerName,
    workflow,
    ref,
    ref_name: short,
    ref_type: ref.startsWith('refs/heads/') ? 'branch' : ref.startsWith('refs/tags/') ? 'tag' : '',
    sha: event.after ?? '',
    base_ref: shortRefName(event.baseRef ?? ''),
    head_ref: event.headRef ?? '',
    event: { ref, before: event.before ?? '', after: event.after ?? '' },
  };
  return { ...event.context, github: { ...own, ...event.context?.github } };
}
