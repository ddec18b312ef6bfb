import type { TriggerEvent } from './trigger-event.js';

/** Gitea's default of `[actions] SKIP_WORKFLOW_STRINGS`. */
export const defaultSkipWords: readonly string[] = ['[skip ci]', '[ci skip]', '[no ci]', '[skip actions]', '[actions skip]'];

const skippable = new Set(['push', 'pull_request', 'pull_request_sync']);

/** Finds the word that makes Gitea skip all workflows of an event, and where it stands; case counts. Source: services/actions/notifier_helper.go. */
export function skipWordOf(event: TriggerEvent, words: readonly string[] = defaultSkipWords): { word: string; in: 'title' | 'message' } | undefined {
  if (!skippable.has(event.type)) return undefined;
  for (const word of words) {
    if (event.type !== 'push' && event.title?.includes(word)) return { word, in: 'title' };
    if (event.message?.includes(word)) return { word, in: 'message' };
  }
  return undefined;
}

/**
 * Says whether an event starts nothing because of `[skip ci]` and the like, in the message of the head commit or the title of the pull request.
 *
 * Only pushes and `pull_request`, `pull_request_sync` can be skipped: labels, reviews, comments, releases cannot.
 */
export function skipsRun(event: TriggerEvent, options: { words?: readonly string[] } = {}): boolean {
  return skipWordOf(event, options.words) !== undefined;
}
