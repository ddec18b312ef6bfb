import { readFileSync } from 'node:fs';
import { LIMITS } from '@tinqs/fleet';
import { expect, it } from 'vitest';

it('what is deployed has the time limits that the fleet counts on', () => {
  const stack = readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8');
  const [, dispatch = ''] = /^  dispatch:\n((?: {4}.*\n)+)/m.exec(stack) ?? [];
  const seconds = (text: string, key: string) => [...text.matchAll(new RegExp(`^ +${key}: (\\d+)$`, 'gm'))].map(([, value]) => Number(value));

  expect(seconds(dispatch, 'timeout')).toEqual([LIMITS.dispatchTimeout / 1_000]);
  expect(seconds(stack, 'VisibilityTimeout')).toEqual([LIMITS.queueVisibility / 1_000]);
});
