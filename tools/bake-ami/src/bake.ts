import { BakeFailure, sentenceOf } from './bake-failure.js';
import { BUILDER_LIFE_SECONDS, type BakePlan } from './bake-plan.js';
import { createImage, findOwnImage, tagResources } from './image-store.js';
import type { Machines } from './machines.js';
import { TAGS, type OwnImage } from './own-image.js';
import { verifyWith } from './verify.js';
import { withMachines } from './with-machines.js';
import type { Place, World } from './world.js';

export interface Baked {
  readonly imageId: string;
  readonly name: string;
  readonly bootSeconds: number;
}

const LOOK_MS = 15_000;
const IMAGE_MS = 60 * 60_000;

/**
 * Makes an AMI and boots a machine from it. Whatever fails, no machine stays: each run's machines carry its id, and are
 * looked for and ended before this returns or throws (`BakeFailure`).
 */
export async function bake(plan: BakePlan, { run, place, world }: { readonly run: string; readonly place: Place; readonly world: World }): Promise<Baked> {
  return withMachines(run, world, async (machines) => {
    const { imageId, name } = await build(plan, run, place, machines, world);
    try {
      const image = await awaitImage(imageId, world);
      // On EC2 they exist only now; untagged ones could not be told from others once their AMI is gone.
      await tagResources(world.ec2, image.snapshotIds, { Name: name, [TAGS.mark]: 'true', [TAGS.image]: imageId });
      // The disk is in the snapshot: only what is not needed any more.
      await machines.endAll();
      const bootSeconds = await verifyWith(machines, { image, run, place, diskGiB: plan.diskGiB, world });
      return { imageId, name, bootSeconds };
    } catch (error) {
      throw error instanceof BakeFailure ? error : new BakeFailure({ step: `after making ${imageId}`, why: sentenceOf(error), remedy: `${name} (${imageId}) is there, and not verified: "npx nx run bake-ami:verify -- ${imageId}", or leave it to "npx nx run bake-ami:prune"` }, { cause: error });
    }
  });
}

async function build(plan: BakePlan, run: string, place: Place, machines: Machines, world: World): Promise<{ imageId: string; name: string }> {
  const { baseImage, diskGiB } = plan;
  const order = { role: 'builder', imageId: baseImage.imageId, rootDeviceName: baseImage.rootDeviceName, diskGiB, place, userData: plan.userData(run), lifeSeconds: BUILDER_LIFE_SECONDS } as const;
  const builder = await machines.launch(order);
  world.say(`builder ${builder} from ${baseImage.imageId}; it ends itself after ${BUILDER_LIFE_SECONDS / 60} min, whatever happens here`);
  const seconds = await machines.awaitWord(builder, order);
  world.say(`  ready after ${seconds} s; stopping it`);
  await machines.stop(builder);
  const made = await createImage(world.ec2, { instanceId: builder, version: plan.version, tags: { [TAGS.mark]: 'true', [TAGS.run]: run, [TAGS.inputs]: plan.inputs, [TAGS.base]: baseImage.imageId } });
  world.say(`${made.name} ${made.imageId}: copying the disk`);
  return made;
}

async function awaitImage(imageId: string, world: World): Promise<OwnImage> {
  const deadline = world.now() + IMAGE_MS;
  for (;;) {
    const image = await findOwnImage(world.ec2, imageId);
    if (image?.state === 'available') return image;
    const over = image !== undefined && image.state !== 'pending';
    if (over || world.now() >= deadline) throw new BakeFailure({ step: `the AMI ${imageId}`, why: image === undefined ? 'EC2 does not show it' : `it is ${image.state}${over ? '' : ' for an hour'}`, remedy: 'run it again; "npx nx run bake-ami:prune" removes this one after a day' });
    await world.sleep(LOOK_MS, world.stop);
  }
}

