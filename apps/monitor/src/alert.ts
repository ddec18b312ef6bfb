import { createLeanFetch, type FetchLike } from '@tinqs/gitea-client';
import type { Alarm } from './alarms.js';

export interface AlertOptions {
  /** `ALERT_WEBHOOK_URL`, resolved; `undefined`: nobody is told, alarms are in the log only. */
  readonly url: () => Promise<string | undefined>;
  readonly fetch?: FetchLike;
}

/** Posts an alarm as `{ "text": … }`, which Slack, Mattermost, Rocket.Chat and Google Chat show as it is, and `content` for Discord. */
export function createAlert({ url, fetch = createLeanFetch() }: AlertOptions): (alarm: Alarm) => Promise<void> {
  return async ({ id, sentence }) => {
    const address = await url();
    if (address === undefined) return;
    const text = `tinqs-ci: ${sentence}`;
    const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text, content: text }), redirect: 'manual', signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    // Its path is as good as a password: it is not repeated.
    if (answer.status >= 300) throw new Error(`the alarm "${id}" was not taken: ALERT_WEBHOOK_URL answers ${answer.status}`);
  };
}
