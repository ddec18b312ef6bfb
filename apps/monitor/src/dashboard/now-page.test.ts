import { META } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { describe, expect, it } from 'vitest';
import { createDashboard } from './dashboard.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const mark = (at: number) => ({ at, gitea: at, ec2: at, spentToday: 0, spentEnded: { day: 0, dollars: 0 }, waiting: [] });

describe('the page Now', () => {
  it.each([
    ['a sweep that has never run', undefined, 'the sweep has never run'],
    ['a sweep that ran long ago', mark(NOW - 3_600_000), 'the sweep last ran at 2030-01-01T11:00:00.000Z'],
  ])('lists %s under what needs you, and its JSON twin too', async (_what, sweep, sentence) => {
    const store = createMemoryRunStore({ now: () => NOW });
    if (sweep !== undefined) await store.writeMeta(META.sweep, sweep);
    const dashboard = createDashboard({ store, maxRunners: null, simulated: false, now: () => NOW });

    const page = await (await dashboard.request('/')).text();
    expect(page).toContain(sentence);
    expect(page).not.toContain('Nothing needs you');
    expect(await (await dashboard.request('/?format=json')).json()).toMatchObject({ needsYou: [{ sentence: expect.stringContaining(sentence) as string }] });
  });

  it.each([
    ['everything', true, 'all classes paused: no machine is launched'],
    ['a class', ['go'], 'class go paused: no machine is launched'],
    ['nothing', false, null],
  ])('says that %s is paused, and how to go back', async (_what, pause, sentence) => {
    const store = createMemoryRunStore({ now: () => NOW });
    await store.writeMeta(META.pause, pause);
    const dashboard = createDashboard({ store, maxRunners: null, simulated: false, now: () => NOW });

    const page = await (await dashboard.request('/')).text();
    if (sentence === null) expect(page).not.toContain('Paused');
    else expect(page).toMatch(new RegExp(`Paused</strong> ${sentence}.*tinqs-ci resume`));
    expect(await (await dashboard.request('/?format=json')).json()).toMatchObject({ paused: pause });
  });

  it('says that nothing needs you while the sweep runs', async () => {
    const store = createMemoryRunStore({ now: () => NOW });
    await store.writeMeta(META.sweep, mark(NOW - 14_000));

    expect(await (await createDashboard({ store, maxRunners: null, simulated: false, now: () => NOW }).request('/')).text()).toContain('Nothing needs you.');
  });
});
