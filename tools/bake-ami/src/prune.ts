import { listOwnImages, listOwnSnapshots, removeImage, removeSnapshot } from './image-store.js';
import type { OwnImage } from './own-image.js';
import { decidePrune, YOUNG_MS, type Kept } from './prune-decision.js';
import { readReferences, type ReferenceSources } from './references.js';
import type { World } from './world.js';

export type PruneOutcome =
  | { readonly kind: 'refused'; readonly unresolved: readonly string[] }
  | { readonly kind: 'pruned' | 'would-prune'; readonly removed: readonly OwnImage[]; readonly keep: readonly Kept[]; readonly snapshots: readonly string[] };

/** Removes the AMIs that nobody means any more with their snapshots, and snapshots whose AMI went without them. */
export async function prune({ classes, runnerAmi, dryRun = false }: Omit<ReferenceSources, 'images'> & { readonly dryRun?: boolean }, world: Pick<World, 'ec2' | 'ssm' | 'now'>): Promise<PruneOutcome> {
  const now = new Date(world.now());
  const images = await listOwnImages(world.ec2);
  const decision = decidePrune({ images, references: await readReferences({ classes, runnerAmi, images }, world), now });
  if (decision.kind === 'refused') return decision;
  const { remove, keep } = decision;
  const known = new Set(images.map(({ imageId }) => imageId));
  const orphans = (await listOwnSnapshots(world.ec2)).filter(({ imageId, startedAt }) => !known.has(imageId) && now.getTime() - startedAt.getTime() >= YOUNG_MS).map(({ snapshotId }) => snapshotId);
  if (!dryRun) {
    for (const image of remove) await removeImage(world.ec2, image);
    for (const snapshot of orphans) await removeSnapshot(world.ec2, snapshot);
  }
  return { kind: dryRun ? 'would-prune' : 'pruned', removed: remove, keep, snapshots: [...remove.flatMap(({ snapshotIds }) => snapshotIds), ...orphans] };
}
