import { describe, expect, it } from 'vitest';
import { skipsRun } from './skip-words.js';
import type { TriggerEvent } from './trigger-event.js';

describe('skipsRun', () => {
  const rows: readonly (readonly [event: TriggerEvent, skips: boolean, reason: string])[] = [
    [{ type: 'push', message: 'fix\n\n[skip ci]' }, true, 'anywhere in the message'],
    [{ type: 'push', message: 'fix [SKIP CI]' }, false, 'case counts'],
    [{ type: 'push', message: 'skip ci' }, false, 'with its brackets'],
    [{ type: 'pull_request', title: 'wip [no ci]', message: 'x' }, true, 'in the title of a pull request'],
    [{ type: 'pull_request_sync', message: '[actions skip]' }, true, 'in its head commit'],
    [{ type: 'pull_request_label', title: '[skip ci]', message: '[skip ci]' }, false, 'a label is not skipped'],
    [{ type: 'push', title: '[skip ci]', message: 'x' }, false, 'a push has no title'],
    [{ type: 'release', message: '[skip ci]' }, false, 'a release is not skipped'],
    [{ type: 'push' }, false, 'no message, no word'],
  ];

  it.each(rows)('%j: %j (%s)', (event, skips) => {
    expect(skipsRun(event)).toBe(skips);
  });

  it('takes the words that the server is configured with', () => {
    const event: TriggerEvent = { type: 'push', message: 'WIP: x [skip ci]' };

    expect(skipsRun(event, { words: ['WIP:'] })).toBe(true);
    expect(skipsRun(event, { words: ['[no ci]'] })).toBe(false);
  });
});
