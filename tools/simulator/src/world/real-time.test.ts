import { describe, expect, it } from 'vitest';
import { createStand } from '../fidelity/stand.js';
import { runInRealTime } from './real-time.js';

/** A clock that is moved by hand, and the timers that hang on it. */
function createClock(start: number) {
  let now = start;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  return {
    now: () => now,
    timers: {
      set: (callback: () => void, delayMs: number) => {
        const timer = { at: now + delayMs, callback };
        timers.push(timer);
        return timer;
      },
      clear: (timer: unknown) => void (timers = timers.filter((each) => each !== timer)),
    },
    /** Goes forward in steps of one timer, and lets promises settle between them. */
    async pass(ms: number): Promise<void> {
      const until = now + ms;
      for (;;) {
        const due = timers.toSorted((a, b) => a.at - b.at)[0];
        if (!due || due.at > until) break;
        now = Math.max(now, due.at);
        timers = timers.filter((each) => each !== due);
        due.callback();
        await new Promise(setImmediate);
      }
      now = until;
    },
  };
}

describe('a world in real time', () => {
  it('delivers each report once, one after the other, with its headers, whatever becomes of it', async () => {
    const stand = createStand('1.26');
    const clock = createClock(stand.world.now);
    const calls: { readonly url: string; readonly init: RequestInit }[] = [];
    const outcomes: (number | string)[] = [];
    let open = 0;
    const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
      calls.push({ url: String(url), init: init! });
      expect(++open).toBe(1);
      await Promise.resolve();
      open -= 1;
      if (calls.length === 2) throw new TypeError('connection refused');
      return new Response('', { status: calls.length === 3 ? 500 : 202 });
    };
    const running = runInRealTime({ world: stand.world, now: clock.now, root: 'http://gitea', timers: clock.timers, fetch, onDelivery: (_delivery, outcome) => outcomes.push(outcome) });
    stand.world.do('push', { repository: stand.repository, files: { a: 'b' }, workflows: [{ file: 'ci.yml', jobs: ['a', 'b', 'c'].map((key) => ({ key, labels: ['go'] })) }] });

    await clock.pass(60_000);
    await running.stop();

    expect(calls.map(({ init }) => (init.headers as Record<string, string>)['X-Gitea-Event'])).toEqual(['repository', 'push', 'workflow_job', 'workflow_job', 'workflow_job'].slice(-calls.length));
    expect(outcomes).toEqual(calls.map((_call, index) => (index === 1 ? 'connection refused' : index === 2 ? 500 : 202)));
    expect(stand.world.now).toBeGreaterThan(clock.now() - 2_000);
  });

  it('tells of instances, and stops', async () => {
    const stand = createStand('1.26');
    const clock = createClock(stand.world.now);
    const told: string[] = [];
    const running = runInRealTime({ world: stand.world, now: clock.now, root: 'http://gitea', timers: clock.timers, fetch: async () => new Response(''), onInstanceEvent: ({ detail }) => told.push(detail.state ?? '') });
    stand.machine();

    await clock.pass(20_000);
    await running.stop();
    await clock.pass(20 * 60_000);

    expect(told).toEqual(['running']);
  });
});
