import { tagResources } from './image-store.js';
import { renderVerify } from './machine-script.js';
import type { MachineOrder, Machines } from './machines.js';
import { TAGS, type OwnImage } from './own-image.js';
import type { Place, World } from './world.js';

const VERIFIER_LIFE_SECONDS = 10 * 60;

export interface VerifyOrder {
  readonly image: OwnImage;
  readonly run: string;
  readonly place: Place;
  readonly diskGiB: number;
  readonly world: World;
}

/** Boots a machine from an AMI, waits until it has found all in place, and marks the AMI as verified: seconds from power-on to that. */
export async function verifyWith(machines: Machines, { image, run, place, diskGiB, world }: VerifyOrder): Promise<number> {
  const rootDeviceName = (await world.launcher.describeImage(image.imageId))?.rootDeviceName ?? '/dev/xvda';
  const order: MachineOrder = { role: 'verifier', imageId: image.imageId, rootDeviceName, diskGiB, place, userData: renderVerify({ run, lifeSeconds: VERIFIER_LIFE_SECONDS }), lifeSeconds: VERIFIER_LIFE_SECONDS };
  const verifier = await machines.launch(order);
  world.say(`verifier ${verifier} from ${image.name} ${image.imageId}`);
  const bootSeconds = await machines.awaitWord(verifier, order);
  await tagResources(world.ec2, [image.imageId], { [TAGS.verified]: new Date(world.now()).toISOString(), [TAGS.bootSeconds]: String(bootSeconds) });
  return bootSeconds;
}
