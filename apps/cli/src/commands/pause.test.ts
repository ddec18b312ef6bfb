import { beforeEach, describe, expect, it } from 'vitest';
import { META } from '@tinqs/fleet';
import type { RunStore } from '@tinqs/run-store';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import type { CommandContext } from '../context.js';
import { pause, resume } from './pause.js';
import { status } from './status.js';

let store: RunStore;
let said: string[];
const context = (json = false): CommandContext => ({ target: { name: 'test', store, maxRunners: null, simulated: false, dashboard: null }, json, print: (text) => said.push(text), now: 0 });

beforeEach(async () => {
  store = createMemoryRunStore();
  said = [];
  await store.writeMeta(META.classes, ['go', 'node'].map((id) => ({ id, labels: [id], limits: { concurrent: 1 } })));
});

describe('pause and resume', () => {
  it.each([
    { steps: ['pause'], left: true, reason: 'without a class everything' },
    { steps: ['pause go', 'pause node', 'pause go'], left: ['go', 'node'], reason: 'classes add up, each once' },
    { steps: ['pause', 'pause go'], left: true, reason: 'everything stays everything' },
    { steps: ['pause go', 'pause node', 'resume go'], left: ['node'], reason: 'the others stay' },
    { steps: ['pause go', 'resume go'], left: false, reason: 'the last one leaves no list' },
    { steps: ['pause go', 'resume'], left: false, reason: 'all of them' },
    { steps: ['resume go'], left: false, reason: 'what was not paused' },
  ])('$steps leave $left: $reason', async ({ steps, left }) => {
    for (const step of steps) {
      const [command, classId] = step.split(' ');
      expect(await (command === 'pause' ? pause : resume)(context(), classId)).toBe(0);
    }

    expect(await store.readMeta(META.pause)).toEqual(left);
  });

  it('refuses a class that there is not, naming those there are, exit 3', async () => {
    await expect(pause(context(), 'goo')).rejects.toMatchObject({ exitCode: 3, message: 'no class "goo": expected one of go, node' });
    expect(await store.readMeta(META.pause)).toBeUndefined();
  });

  it('does not let one class go on while everything is paused, exit 1', async () => {
    await pause(context(), undefined);

    await expect(resume(context(), 'go')).rejects.toMatchObject({ exitCode: 1 });
    expect(await store.readMeta(META.pause)).toBe(true);
  });

  it('is seen in status, and says how to go back', async () => {
    await pause(context(), 'go');
    await status(context());
    await status(context(true));
    await resume(context(), undefined);
    await status(context());

    const sentence = 'class go paused: no machine is launched, running jobs finish. Back: tinqs-ci resume';
    expect(said[0]).toBe(`${sentence} (heeded within a minute)`);
    expect(said[1]).toContain(`PAUSED     ${sentence}\n`);
    expect(JSON.parse(said[2]!)).toMatchObject({ paused: ['go'] });
    expect(said[4]).not.toContain('PAUSED');
  });

  it('says where it wrote that a store does not answer, exit 4', async () => {
    const broken = { ...context(), target: { ...context().target, store: { ...store, writeMeta: () => Promise.reject(new Error('no route')) } } };

    await expect(pause(broken, undefined)).rejects.toMatchObject({ exitCode: 4, message: 'test does not answer: no route' });
  });
});
