import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPromotion, planRollback, type PointerPlan, type Pointers } from './pointers.js';

/** The pointers after the first `count` writes of a plan. */
function after(pointers: Pointers, plan: PointerPlan, count = Number.POSITIVE_INFINITY): Pointers {
  const writes = plan.kind === 'move' ? plan.writes.slice(0, count) : [];
  return writes.reduce<Pointers>((now, { pointer, imageId }) => ({ ...now, [pointer]: imageId }), pointers);
}

describe('promotion', () => {
  it('keeps what was current as previous', () => {
    const plan = planPromotion({ current: 'ami-1', previous: 'ami-0' }, 'ami-2');

    expect(after({ current: 'ami-1', previous: 'ami-0' }, plan)).toEqual({ current: 'ami-2', previous: 'ami-1' });
  });

  it('of the first AMI has no previous', () => {
    expect(planPromotion({ current: undefined, previous: undefined }, 'ami-1')).toEqual({ kind: 'move', writes: [{ pointer: 'current', imageId: 'ami-1' }] });
  });

  it('of the current one changes nothing: the previous one is still the way back', () => {
    expect(planPromotion({ current: 'ami-1', previous: 'ami-0' }, 'ami-1').kind).toBe('unchanged');
  });
});

describe('roll-back', () => {
  it('swaps the two, so that a second one goes forward again', () => {
    const start = { current: 'ami-2', previous: 'ami-1' };
    const back = after(start, planRollback(start));

    expect(back).toEqual({ current: 'ami-1', previous: 'ami-2' });
    expect(after(back, planRollback(back))).toEqual(start);
  });

  it.each<[Pointers, string]>([
    [{ current: undefined, previous: undefined }, 'nothing was promoted'],
    [{ current: 'ami-1', previous: undefined }, 'nothing was there before'],
    [{ current: 'ami-1', previous: 'ami-1' }, 'an earlier roll-back was cut short'],
  ])('of %o is refused: %s', (pointers, _why) => {
    expect(planRollback(pointers).kind).toBe('refused');
  });
});

it('cut short after any write and repeated, the fleet boots from one of the two AMIs, and ends where it should', () => {
  const ami = fc.constantFrom<string[]>('ami-1', 'ami-2', 'ami-3');
  fc.assert(
    fc.property(ami, fc.option(ami, { nil: undefined }), ami, fc.nat({ max: 2 }), (current, previous, target, count) => {
      const start: Pointers = { current, previous };
      const cut = after(start, planPromotion(start, target), count);
      const again = after(cut, planPromotion(cut, target));
      const back = after(start, planRollback(start), count);
      // Else nobody would know any more where back was.
      const knowsTheWay = planRollback(start).kind === 'refused' || back.current === previous || back.previous === previous;
      return (cut.current === current || cut.current === target) && again.current === target && (target === current || again.previous === current) && (back.current === current || back.current === previous) && knowsTheWay;
    }),
  );
});
