import { expect, it } from 'vitest';
import { createMemoryRunStore } from './memory-run-store.js';
import { describeRunStore } from './run-store.contract.js';
import { job, NOON } from './samples.contract.js';

describeRunStore('the store in memory', async () => {
  const clock = { now: NOON };
  const store = createMemoryRunStore({ now: () => clock.now });
  return { store, beside: store, clock, close: async () => undefined };
});

it('freezes what it is given, so that nobody changes what is stored', async () => {
  const store = createMemoryRunStore();
  const given = { ...job(), labels: ['go'] };
  await store.createJob(given);

  expect(() => given.labels.push('node')).toThrow(TypeError);
});
