import { describe, expect, it } from 'vitest';
import { runInstancesInput, type LaunchRequest } from './launch-request.js';

const request: LaunchRequest = { name: 'one', pools: [], imageId: 'ami-1', diskGiB: 20, securityGroups: ['sg-1', 'sg-2'], userData: 'ignored here', tags: { 'tinqs-ci': 'true' } };
const pool = { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' } as const;

describe('runInstancesInput', () => {
  it.each([
    ['a name', 'runner', { Name: 'runner' }],
    ['an ARN', 'arn:aws:iam::123456789012:instance-profile/runner', { Arn: 'arn:aws:iam::123456789012:instance-profile/runner' }],
    ['an ARN of another partition', 'arn:aws-cn:iam::123456789012:instance-profile/runner', { Arn: 'arn:aws-cn:iam::123456789012:instance-profile/runner' }],
  ])('takes the instance profile by %s', (_, instanceProfile, expected) => {
    expect(runInstancesInput({ ...request, instanceProfile }, pool, '').IamInstanceProfile).toEqual(expected);
  });

  it('gives no role and no optimised-disk flag that was not asked for', () => {
    const input = runInstancesInput(request, pool, '');

    expect(input).not.toHaveProperty('IamInstanceProfile');
    expect(input).not.toHaveProperty('EbsOptimized');
  });

  it('sets the size of the disk the AMI boots from, by the name the AMI gives it', () => {
    expect(runInstancesInput({ ...request, rootDeviceName: '/dev/sda1' }, pool, '').BlockDeviceMappings).toEqual([{ DeviceName: '/dev/sda1', Ebs: { VolumeType: 'gp3', VolumeSize: 20, DeleteOnTermination: true } }]);
    expect(runInstancesInput(request, pool, '').BlockDeviceMappings?.[0]?.DeviceName).toBe('/dev/xvda');
  });

  it.each([
    ['spot', ['instance', 'volume', 'network-interface', 'spot-instances-request']],
    ['on-demand', ['instance', 'volume', 'network-interface']],
  ] as const)('tags from the launch on all that a launch in a %s pool makes', (market, resources) => {
    const tagged = runInstancesInput(request, { ...pool, market }, '').TagSpecifications;

    expect(tagged).toEqual(resources.map((ResourceType) => ({ ResourceType, Tags: [{ Key: 'tinqs-ci', Value: 'true' }] })));
  });

  it('takes several security groups', () => {
    expect(runInstancesInput(request, pool, '').SecurityGroupIds).toEqual(['sg-1', 'sg-2']);
  });

  it('is the same to the byte for the same request, whatever the memory says meanwhile', () => {
    const other = { ...request, memory: [{ pool, code: 'x', failures: 1, until: 1 }] };

    expect(JSON.stringify(runInstancesInput(other, pool, 'data'))).toBe(JSON.stringify(runInstancesInput(request, pool, 'data')));
  });
});
