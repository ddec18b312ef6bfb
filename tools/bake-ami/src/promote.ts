import type { Architecture } from './architecture.js';
import { listOwnImages } from './image-store.js';
import { newestFirst, type OwnImage } from './own-image.js';
import { pointerPath, readPointers, writePointer } from './pointer-store.js';
import { planPromotion, planRollback, type PointerPlan } from './pointers.js';
import type { World } from './world.js';

export type PointerOutcome =
  | { readonly kind: 'moved'; readonly pointer: string; readonly from: string | undefined; readonly to: string }
  | { readonly kind: 'unchanged' | 'refused'; readonly sentence: string };

type Account = Pick<World, 'ec2' | 'ssm' | 'launcher'>;

/** Lets the fleet boot from an AMI: the one named, or the newest verified one. Takes effect with the next launch, without a deploy. */
export async function promote({ architecture, imageId }: { readonly architecture: Architecture; readonly imageId?: string }, account: Account): Promise<PointerOutcome> {
  const images = await listOwnImages(account.ec2);
  const target = imageId === undefined ? newestFirst(images).find((image) => image.architecture === architecture && image.verifiedAt !== undefined) : images.find((image) => image.imageId === imageId);
  if (target === undefined) return { kind: 'refused', sentence: imageId === undefined ? `there is no verified AMI for ${architecture}: "npx nx run bake-ami:bake" makes one` : `${imageId} is none of this tool's AMIs here` };
  const problem = problemOf(target, architecture);
  if (problem !== undefined) return { kind: 'refused', sentence: problem };
  const pointers = await readPointers(account.ssm, architecture);
  return carryOut(planPromotion(pointers, target.imageId), architecture, pointers.current, account);
}

/** Lets the fleet boot from what it booted from before; a second time, forward again. */
export async function rollBack({ architecture }: { readonly architecture: Architecture }, account: Account): Promise<PointerOutcome> {
  const pointers = await readPointers(account.ssm, architecture);
  const plan = planRollback(pointers);
  if (plan.kind === 'move' && pointers.previous !== undefined) {
    // It may be an AMI from before this tool: that it can be launched is enough.
    const image = await account.launcher.describeImage(pointers.previous);
    if (image?.available !== true) return { kind: 'refused', sentence: `${pointers.previous}, which runners booted from before, ${image === undefined ? 'is gone' : 'is not available'}` };
  }
  return carryOut(plan, architecture, pointers.current, account);
}

function problemOf(image: OwnImage, architecture: Architecture): string | undefined {
  const name = `${image.name} (${image.imageId})`;
  if (image.architecture !== architecture) return `${name} is for ${image.architecture}: --arch ${image.architecture}`;
  if (image.state !== 'available') return `${name} is ${image.state}`;
  if (image.verifiedAt === undefined) return `${name} has not been verified: "npx nx run bake-ami:verify -- ${image.imageId}"`;
  return undefined;
}

async function carryOut(plan: PointerPlan, architecture: Architecture, from: string | undefined, { ssm }: Account): Promise<PointerOutcome> {
  if (plan.kind !== 'move') return plan;
  for (const { pointer, imageId } of plan.writes) await writePointer(ssm, architecture, pointer, imageId);
  const to = plan.writes.find(({ pointer }) => pointer === 'current')?.imageId ?? '';
  return { kind: 'moved', pointer: pointerPath(architecture), from, to };
}
