import { CreateTagsCommand, RegisterImageCommand, RunInstancesCommand, CreateImageCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { imageName } from '../image-version.js';
import { listOwnImages } from '../image-store.js';
import { TAGS } from '../own-image.js';
import type { TestAccount } from './account.js';

/** Makes AMIs of this tool as a bake would leave them; their ids in the order of the versions. */
export async function makeImages(account: TestAccount, versions: readonly number[], { verified = true } = {}): Promise<readonly string[]> {
  const { ec2 } = account.world;
  const { Instances = [] } = await ec2.send(new RunInstancesCommand({ ImageId: account.baseImage, MinCount: 1, MaxCount: 1, InstanceType: 't3.medium' }));
  const InstanceId = Instances[0]?.InstanceId ?? '';
  const Tags = [{ Key: TAGS.mark, Value: 'true' }, ...(verified ? [{ Key: TAGS.verified, Value: new Date(account.world.now()).toISOString() }] : [])];
  const ids = await Promise.all(versions.map(async (version) => (await ec2.send(new CreateImageCommand({ InstanceId, Name: imageName(version), TagSpecifications: [{ ResourceType: 'image', Tags }] }))).ImageId ?? ''));
  for (const { imageId, snapshotIds } of await listOwnImages(ec2)) await ec2.send(new CreateTagsCommand({ Resources: [...snapshotIds], Tags: [{ Key: TAGS.image, Value: imageId }] }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  return ids;
}

/** Somebody else's. */
export async function makeForeignImage(account: TestAccount, name: string): Promise<string> {
  return (await account.world.ec2.send(new RegisterImageCommand({ Name: name, Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' }))).ImageId ?? '';
}
