import type { Controller, Scope, Served } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { onePlanAtATime } from './one-plan-at-a-time.js';

const APP: Scope = { kind: 'repository', id: 1, fullName: 'acme/app' };
const LIB: Scope = { kind: 'repository', id: 2, fullName: 'acme/lib' };
const LONG = 60_000;

function planners() {
  const asked: { readonly scope: Scope; readonly deliveredAt: number | undefined; end(): void; fail(): void }[] = [];
  const controller: Controller = {
    record: () => Promise.reject(new Error('not part of this test')),
    serve: (scope, options) => new Promise<Served>((resolve, reject) => asked.push({ scope, deliveredAt: options?.deliveredAt, end: () => resolve({ granted: [], launched: [], held: [] }), fail: () => reject(new Error('the table does not answer')) })),
  };
  return { asked, controller };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('onePlanAtATime', () => {
  it('gives all who ask while a scope is planned the next plan, as of the oldest of their deliveries', async () => {
    const { asked, controller } = planners();
    const { serve } = onePlanAtATime(controller, LONG);
    const first = serve(APP, { deliveredAt: 1 });
    const others = [serve(APP, { deliveredAt: 5 }), serve(APP), serve(APP, { deliveredAt: 3 })];
    await turn();
    expect(asked).toHaveLength(1);

    asked[0]!.end();
    await first;
    await turn();
    expect(asked.map((each) => each.deliveredAt)).toEqual([1, 3]);

    // A plan has begun: what is asked now may not be in its picture.
    const late = serve(APP);
    asked[1]!.end();
    await Promise.all(others);
    await turn();
    expect(asked).toHaveLength(3);
    asked[2]!.end();
    await late;
  });

  it('plans other scopes meanwhile', async () => {
    const { asked, controller } = planners();
    const { serve } = onePlanAtATime(controller, LONG);
    void serve(APP);
    void serve(LIB);

    expect(asked.map((each) => each.scope)).toEqual([APP, LIB]);
  });

  it('loses its patience with a plan that does not end', async () => {
    const { asked, controller } = planners();
    const { serve } = onePlanAtATime(controller, 1);
    void serve(APP);
    const next = serve(APP);
    await turn();
    await turn();

    expect(asked).toHaveLength(2);
    asked[1]!.end();
    await next;
  });

  it('tells a failure to those who shared the plan, and plans again for the next', async () => {
    const { asked, controller } = planners();
    const { serve } = onePlanAtATime(controller, LONG);
    const first = serve(APP);
    const second = serve(APP);
    asked[0]!.fail();
    await expect(first).rejects.toThrow('does not answer');
    await turn();
    asked[1]!.end();
    await second;
    await turn();

    void serve(APP);
    expect(asked).toHaveLength(3);
  });
});
