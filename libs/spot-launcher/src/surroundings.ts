import { DescribeImagesCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { Ec2CallError } from './call-error.js';
import { callEc2, type CallTools } from './call.js';

/** What a launch must know of its AMI. */
export interface MachineImage {
  readonly imageId: string;
  readonly rootDeviceName: string;
  /** `x86_64`, `arm64`: EC2 launches an AMI on instance types of its own architecture only. */
  readonly architecture: string | undefined;
  readonly available: boolean;
}

export interface Subnet {
  readonly subnet: string;
  readonly availabilityZone: string;
  readonly freeAddresses: number;
  readonly givesPublicAddresses: boolean;
}

/** `undefined`: there is no such AMI in this region, or this account may not use it. */
export async function describeImage(imageId: string, tools: CallTools): Promise<MachineImage | undefined> {
  const answer = await unlessUnknown('InvalidAMIID', callEc2(`DescribeImages of ${imageId}`, tools, (options) => tools.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }), options)));
  const image = answer?.Images?.[0];
  if (image?.RootDeviceName === undefined) return undefined;
  return { imageId, rootDeviceName: image.RootDeviceName, architecture: image.Architecture, available: image.State === 'available' };
}

/** Those of the given subnets that exist. Asked for by filter: by id, one unknown subnet would refuse the whole call. */
export async function describeSubnets(subnets: readonly string[], tools: CallTools): Promise<readonly Subnet[]> {
  const command = new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...subnets] }] });
  const answer = await callEc2('DescribeSubnets', tools, (options) => tools.ec2.send(command, options));
  return (answer.Subnets ?? []).map((each) => ({ subnet: each.SubnetId ?? '', availabilityZone: each.AvailabilityZone ?? '', freeAddresses: each.AvailableIpAddressCount ?? 0, givesPublicAddresses: each.MapPublicIpOnLaunch ?? false }));
}

async function unlessUnknown<Answer>(codePrefix: string, answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Ec2CallError && error.code.startsWith(codePrefix)) return undefined;
    throw error;
  }
}
