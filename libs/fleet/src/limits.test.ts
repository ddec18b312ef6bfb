import { expect, it } from 'vitest';
import { LIMITS } from './limits.js';

it('the time limits nest: none fires while one within it may still succeed', () => {
  const { launchLoop, dispatchTimeout, grant, launching, queueVisibility } = LIMITS;

  expect([launchLoop, dispatchTimeout, grant, queueVisibility]).toEqual([launchLoop, dispatchTimeout, grant, queueVisibility].sort((a, b) => a - b));
  expect(new Set([launchLoop, dispatchTimeout, grant, queueVisibility]).size).toBe(4);
  expect(launching).toBe(grant);
  expect(queueVisibility).toBeGreaterThanOrEqual(6 * dispatchTimeout);
});
