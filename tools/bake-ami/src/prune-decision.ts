import { newestFirst, type OwnImage } from './own-image.js';

/** What somebody means by an AMI, and which AMI that is now. */
export interface Reference {
  /** `class go in runners.yml`, `the pointer of x86_64`, `machine i-0abc`. */
  readonly who: string;
  readonly target:
    | { readonly kind: 'image'; readonly imageId: string }
    /** It surely names none: a pointer that was never set. */
    | { readonly kind: 'none' }
    | { readonly kind: 'unresolved'; readonly why: string };
}

export interface Kept {
  readonly image: OwnImage;
  readonly because: readonly string[];
}

export type PruneDecision =
  | { readonly kind: 'refused'; readonly unresolved: readonly string[] }
  | { readonly kind: 'prune'; readonly remove: readonly OwnImage[]; readonly keep: readonly Kept[] };

/** A bake that goes on elsewhere, or one that waits to be promoted: no pointer names its AMI yet. */
export const YOUNG_MS = 24 * 3_600_000;

/**
 * Decides which AMIs nobody means any more. One reference that cannot be resolved may mean any of them, so then none is
 * removed. The newest always stays: its number is how the next one gets its own.
 */
export function decidePrune({ images, references, now }: { readonly images: readonly OwnImage[]; readonly references: readonly Reference[]; readonly now: Date }): PruneDecision {
  const unresolved = references.flatMap(({ who, target }) => (target.kind === 'unresolved' ? [`${who}: ${target.why}`] : []));
  if (unresolved.length > 0) return { kind: 'refused', unresolved };
  const ordered = newestFirst(images);
  const keep: Kept[] = [];
  const remove: OwnImage[] = [];
  for (const image of ordered) {
    const because = reasonsToKeep(image, ordered[0], references, now);
    if (because.length === 0) remove.push(image);
    else keep.push({ image, because });
  }
  return { kind: 'prune', remove, keep };
}

function reasonsToKeep(image: OwnImage, newest: OwnImage | undefined, references: readonly Reference[], now: Date): readonly string[] {
  const meant = references.filter(({ target }) => target.kind === 'image' && target.imageId === image.imageId);
  if (meant.length > 0) return meant.map(({ who }) => who);
  if (image === newest) return ['the newest'];
  if (now.getTime() - image.createdAt.getTime() < YOUNG_MS) return ['made within a day'];
  return [];
}
