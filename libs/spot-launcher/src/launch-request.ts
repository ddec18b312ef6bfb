import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { CapacityMemory } from './capacity-memory.js';
import { clientToken } from './client-token.js';
import type { Pool } from './pool.js';

/** Everything about one machine, resolved: launched again with the same values it is the same request to the byte. */
export interface LaunchRequest {
  /** Unique per machine: the client token is made from it, so a name is launched once in each pool, ever. */
  readonly name: string;
  /** Where it may run, in order of preference (`listPools`); tried in the order of `orderPools`, each at most once. */
  readonly pools: readonly Pool[];
  /** Pools that refused lately. */
  readonly memory?: CapacityMemory;
  /** No request is begun that could not be answered by then; at most 35 s from now in any case (`launchMs`). */
  readonly deadline?: Date;
  /** An AMI id. A name in the parameter store is resolved before: it may change between a lost answer and its repeat. */
  readonly imageId: string;
  /** The AMI's own (`describeImage` tells it): under another name, the disk below would be a second one. `/dev/xvda` by default, as Amazon Linux and Debian have it; Ubuntu has `/dev/sda1`. */
  readonly rootDeviceName?: string;
  readonly diskGiB: number;
  readonly securityGroups: readonly string[];
  /** Name or ARN. */
  readonly instanceProfile?: string;
  /** The script as text; encoded here. At most 16 KiB after gzip, or `UserDataTooLargeError`. */
  readonly userData: string;
  /** On the instance, its volume, its network interface and its Spot request, from the launch on: an untagged orphan could not be found. */
  readonly tags: { readonly [key: string]: string };
}

/** The RunInstances call for one pool; equal arguments give an equal call. */
export function runInstancesInput(request: LaunchRequest, pool: Pool, encodedUserData: string): RunInstancesCommandInput {
  return {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: clientToken(request.name, pool),
    ImageId: request.imageId,
    InstanceType: pool.instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
    SubnetId: pool.subnet,
    SecurityGroupIds: [...request.securityGroups],
    UserData: encodedUserData,
    InstanceInitiatedShutdownBehavior: 'terminate',
    ...(request.instanceProfile !== undefined && { IamInstanceProfile: request.instanceProfile.startsWith('arn:') ? { Arn: request.instanceProfile } : { Name: request.instanceProfile } }),
    // No MaxPrice: the default is the on-demand price, and a lower cap only adds interruptions.
    ...(pool.market === 'spot' && { InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' } } }),
    // Hop limit 1: a container with a network of its own does not reach the metadata service.
    MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'disabled' },
    // EbsOptimized stays unset: types that can be optimised are so by default, the others refuse the flag.
    BlockDeviceMappings: [{ DeviceName: request.rootDeviceName ?? '/dev/xvda', Ebs: { VolumeType: 'gp3', VolumeSize: request.diskGiB, DeleteOnTermination: true } }],
    TagSpecifications: taggedResources(pool).map((ResourceType) => ({ ResourceType, Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })) })),
  };
}

// EC2 refuses a tag for a Spot request that a launch does not make.
function taggedResources(pool: Pool) {
  const always = ['instance', 'volume', 'network-interface'] as const;
  return pool.market === 'spot' ? ([...always, 'spot-instances-request'] as const) : always;
}
