/** The two parameters of one architecture, in the parameter store. */
export interface Pointers {
  /** What `RUNNER_AMI=ssm:/tinqs-ci/ami/x86_64` resolves to. */
  readonly current: string | undefined;
  readonly previous: string | undefined;
}

export type PointerName = keyof Pointers;

export type PointerPlan =
  | { readonly kind: 'unchanged'; readonly sentence: string }
  | { readonly kind: 'refused'; readonly sentence: string }
  /** In this order: stopped between them, the fleet still has an AMI that was promoted. */
  | { readonly kind: 'move'; readonly writes: readonly { readonly pointer: PointerName; readonly imageId: string }[] };

/** The old AMI is noted before the new one is live: a promotion that is cut short can be repeated, and loses nothing. */
export function planPromotion(pointers: Pointers, target: string): PointerPlan {
  if (pointers.current === target) return { kind: 'unchanged', sentence: `${target} is what runners boot from already` };
  const note = pointers.current === undefined ? [] : [{ pointer: 'previous', imageId: pointers.current } as const];
  return { kind: 'move', writes: [...note, { pointer: 'current', imageId: target }] };
}

/** The fleet goes first: cut short, both pointers name the old AMI, and only the way forward again is by its id. */
export function planRollback({ current, previous }: Pointers): PointerPlan {
  if (current === undefined || previous === undefined) return { kind: 'refused', sentence: 'nothing has been promoted twice, so there is no AMI to go back to' };
  if (current === previous) return { kind: 'refused', sentence: `both pointers name ${current}: promote the AMI you want by its id` };
  return { kind: 'move', writes: [{ pointer: 'current', imageId: previous }, { pointer: 'previous', imageId: current }] };
}
