import { createHash } from 'node:crypto';
import type { RunnerClass } from '@tinqs/fleet';
import type { MachineImage } from '@tinqs/spot-launcher';
import type { Architecture } from './architecture.js';
import { imageName, nextVersion } from './image-version.js';
import { renderProvision } from './machine-script.js';
import { newestFirst, type OwnImage } from './own-image.js';
import type { PinList, Pin } from './pins.js';

/** All that goes into an AMI, as values. */
export interface BakeInputs {
  readonly architecture: Architecture;
  /** `ssm:/…` or an id, as configured. */
  readonly base: string;
  readonly pins: PinList;
  readonly classes: readonly RunnerClass[];
  /** The text of `images/manifest.sh`. */
  readonly manifest: string;
  readonly npmRegistry: string;
}

/** What the account says before anything is made. */
export interface AccountFacts {
  readonly baseImage: MachineImage;
  readonly ownImages: readonly OwnImage[];
}

export interface BakePlan {
  readonly name: string;
  readonly version: number;
  readonly architecture: Architecture;
  readonly baseImage: MachineImage;
  readonly pins: readonly Pin[];
  readonly images: readonly string[];
  readonly diskGiB: number;
  /** A digest of base, script, pins and images; what Debian updates meanwhile is not in it. */
  readonly inputs: string;
  /** The newest AMI made of the same inputs: a new one would differ by Debian's updates only. */
  readonly sameAs: string | undefined;
  userData(run: string): string;
}

/** Debian's own AMI has 8 GiB; what is baked takes about six more. */
const SMALLEST_DISK_GIB = 16;
/** ECR's own: what else is private, the builder's pull tells. */
const PRIVATE_REGISTRY = /^\d{12}\.dkr\.ecr\./;
export const BUILDER_LIFE_SECONDS = 45 * 60;

/** Why nothing can be baked, all of it; empty if it can. */
export function bakeProblems(inputs: BakeInputs, account?: AccountFacts): readonly string[] {
  const problems = [...inputs.pins.unpinned];
  const small = inputs.classes.filter(({ diskGiB }) => diskGiB < SMALLEST_DISK_GIB).map(({ id }) => id);
  if (small.length > 0) problems.push(`runners.yml: diskGiB of ${small.join(', ')} is below ${SMALLEST_DISK_GIB}, and no machine can have a smaller disk than its AMI`);
  for (const { id, image } of inputs.classes) {
    if (image !== null && PRIVATE_REGISTRY.test(image)) problems.push(`runners.yml: class ${id}: ${image} is in a private registry, and a builder has no credentials: it can bake public images only`);
  }
  if (account === undefined) return problems;
  const { imageId, available, architecture } = account.baseImage;
  if (!available) problems.push(`the base ${imageId} is not available`);
  if (architecture !== undefined && architecture !== inputs.architecture) problems.push(`the base ${imageId} is for ${architecture}, not for ${inputs.architecture}`);
  return problems;
}

/** The images that image classes run their jobs in, each once. */
export const classImages = (classes: readonly RunnerClass[]): readonly string[] => [...new Set(classes.flatMap(({ image }) => image ?? []))].sort();

/** No machine can have a smaller disk than its AMI: the smallest of all classes, 20 GiB at most. */
export const bakedDiskGiB = (classes: readonly RunnerClass[]): number => Math.min(20, ...classes.map(({ diskGiB }) => diskGiB));

export function planBake(inputs: BakeInputs, { baseImage, ownImages }: AccountFacts): BakePlan {
  const { architecture, manifest, npmRegistry, classes } = inputs;
  const { pins } = inputs.pins;
  const images = classImages(classes);
  const script = (run: string, facts: readonly (readonly [string, string])[]) => renderProvision({ run, lifeSeconds: BUILDER_LIFE_SECONDS, pins, images, manifest, npmRegistry, facts });
  const digest = createHash('sha256').update(JSON.stringify([architecture, baseImage.imageId, script('0', [])])).digest('hex').slice(0, 16);
  const version = nextVersion(ownImages.map(({ name }) => name));
  return {
    name: imageName(version),
    version,
    architecture,
    baseImage,
    pins,
    images,
    diskGiB: bakedDiskGiB(classes),
    inputs: digest,
    sameAs: newestFirst(ownImages).find((image) => image.inputs === digest && image.verifiedAt !== undefined)?.name,
    userData: (run) => script(run, [['base', baseImage.imageId], ['inputs', digest], ['run', run]]),
  };
}
