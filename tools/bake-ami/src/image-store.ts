import { CreateImageCommand, CreateTagsCommand, DeleteSnapshotCommand, DeregisterImageCommand, DescribeImagesCommand, DescribeInstancesCommand, DescribeSnapshotsCommand, type Image } from '@aws-sdk/client-ec2';
import { codeOf, named } from './aws-call.js';
import { ANY_IMAGE_NAME, imageName, versionOf } from './image-version.js';
import { TAGS, type OwnImage } from './own-image.js';
import type { World } from './world.js';

type Ec2 = World['ec2'];
type Tags = Readonly<Record<string, string>>;

const tagList = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
const tagsOf = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags => Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** All AMIs of this account and region that this tool made: by name and mark, so that a copy or a namesake is nobody's of ours. */
export async function listOwnImages(ec2: Ec2): Promise<readonly OwnImage[]> {
  const { Images = [] } = await named('DescribeImages', ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: [{ Name: 'name', Values: [ANY_IMAGE_NAME] }, { Name: `tag:${TAGS.mark}`, Values: ['true'] }] })));
  return Images.flatMap((image) => toOwnImage(image) ?? []);
}

export async function findOwnImage(ec2: Ec2, imageId: string): Promise<OwnImage | undefined> {
  return (await listOwnImages(ec2)).find((image) => image.imageId === imageId);
}

function toOwnImage(image: Image): OwnImage | undefined {
  const version = versionOf(image.Name ?? '');
  if (version === undefined || image.ImageId === undefined) return undefined;
  const tags = tagsOf(image.Tags);
  const verified = tags[TAGS.verified];
  const seconds = tags[TAGS.bootSeconds];
  return {
    imageId: image.ImageId,
    name: imageName(version),
    version,
    architecture: image.Architecture === 'arm64' ? 'arm64' : 'x86_64',
    state: image.State ?? 'pending',
    createdAt: new Date(image.CreationDate ?? 0),
    snapshotIds: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
    verifiedAt: verified === undefined ? undefined : new Date(verified),
    bootSeconds: seconds === undefined ? undefined : Number(seconds),
    inputs: tags[TAGS.inputs],
  };
}

/** Of a stopped machine. Where another run has taken the name meanwhile, the next is tried. */
export async function createImage(ec2: Ec2, { instanceId, version, tags }: { readonly instanceId: string; readonly version: number; readonly tags: Tags }): Promise<{ readonly imageId: string; readonly name: string }> {
  for (let attempt = version; ; attempt += 1) {
    const name = imageName(attempt);
    try {
      const order = new CreateImageCommand({ InstanceId: instanceId, Name: name, Description: 'tinqs-ci: what runners boot from', TagSpecifications: [{ ResourceType: 'image', Tags: tagList({ ...tags, Name: name }) }] });
      const { ImageId } = await named(`CreateImage of ${instanceId}`, ec2.send(order));
      if (ImageId === undefined) throw new Error('EC2 accepted CreateImage and named no AMI');
      return { imageId: ImageId, name };
    } catch (error) {
      if (codeOf(error) !== 'InvalidAMIName.Duplicate' || attempt >= version + 5) throw error;
    }
  }
}

export async function tagResources(ec2: Ec2, ids: readonly string[], tags: Tags): Promise<void> {
  await named(`CreateTags of ${ids.join(', ')}`, ec2.send(new CreateTagsCommand({ Resources: [...ids], Tags: tagList(tags) })));
}

/** Of all machines of the account that are not gone, the AMI each was launched from, if it is one of `imageIds`. */
export async function listUsers(ec2: Ec2, imageIds: readonly string[]): Promise<readonly { readonly instanceId: string; readonly imageId: string }[]> {
  if (imageIds.length === 0) return [];
  const users: { instanceId: string; imageId: string }[] = [];
  let NextToken: string | undefined;
  do {
    const Filters = [{ Name: 'image-id', Values: [...imageIds] }, { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] }];
    const page = await named('DescribeInstances', ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 1000, ...(NextToken !== undefined && { NextToken }) })));
    for (const { InstanceId = '', ImageId = '' } of page.Reservations?.flatMap(({ Instances = [] }) => Instances) ?? []) users.push({ instanceId: InstanceId, imageId: ImageId });
    NextToken = page.NextToken === '' ? undefined : page.NextToken;
  } while (NextToken !== undefined);
  return users;
}

/** The snapshots go after the AMI: EC2 deletes none that an AMI needs. */
export async function removeImage(ec2: Ec2, image: Pick<OwnImage, 'imageId' | 'snapshotIds'>): Promise<void> {
  await named(`DeregisterImage of ${image.imageId}`, ec2.send(new DeregisterImageCommand({ ImageId: image.imageId })));
  for (const snapshot of image.snapshotIds) await removeSnapshot(ec2, snapshot);
}

export async function removeSnapshot(ec2: Ec2, snapshotId: string): Promise<void> {
  try {
    await named(`DeleteSnapshot of ${snapshotId}`, ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })));
  } catch (error) {
    if (codeOf(error) !== 'InvalidSnapshot.NotFound') throw error;
  }
}

/** Snapshots of this tool, each with the AMI it was made for. */
export async function listOwnSnapshots(ec2: Ec2): Promise<readonly { readonly snapshotId: string; readonly imageId: string; readonly startedAt: Date }[]> {
  const { Snapshots = [] } = await named('DescribeSnapshots', ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: 'tag-key', Values: [TAGS.image] }] })));
  return Snapshots.flatMap(({ SnapshotId, Tags, StartTime = new Date(0) }) => (SnapshotId === undefined ? [] : [{ snapshotId: SnapshotId, imageId: tagsOf(Tags)[TAGS.image] ?? '', startedAt: StartTime }]));
}
