import type { RunnerClass } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { checkEc2, type Ec2Questions } from './ec2-checks.js';

const go: RunnerClass = { id: 'go', labels: ['go'], instanceTypes: ['t3.small', 't3a.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 12 }, market: 'spot', instanceProfile: false, sudo: false, allowedRepositories: null, rerun: true, isDefault: false };
const docker: RunnerClass = { ...go, id: 'docker', instanceProfile: true, ami: 'ssm:/other' };
const refusal = (code: string) => ({ code, says: `what ${code} means`, remedy: `what helps against ${code}`, detail: '' });

type Launcher = Ec2Questions['launcher'];
const launcher: Launcher = {
  describeImage: async (imageId) => ({ imageId, rootDeviceName: '/dev/sda1', architecture: 'x86_64', available: true }),
  describeSubnets: async (subnets) => subnets.map((subnet) => ({ subnet, availabilityZone: 'eu-west-1a', freeAddresses: 250, givesPublicAddresses: true })),
  rehearse: async ({ pools }) => pools.map((pool) => ({ pool, refusal: null })),
};

async function examined(change: Partial<Omit<Ec2Questions, 'launcher'>> & { readonly launcher?: Partial<Launcher> } = {}) {
  const { launcher: other, ...rest } = change;
  return checkEc2({ readParameter: async () => 'ami-from-parameter', classes: [go], ami: 'ami-1', subnets: ['subnet-a', 'subnet-b'], securityGroups: ['sg-1'], instanceProfile: 'ci', maxRunners: 12, ...rest, launcher: { ...launcher, ...other } });
}

describe('what is asked of EC2', () => {
  it('finds nothing wrong with an account that has all it needs', async () => {
    expect((await examined({ classes: [go, docker] })).map(({ status, text }) => [status, text])).toEqual([
      ['ok', 'AMI ami-1, x86_64'],
      ['ok', 'AMI ami-from-parameter (ssm:/other), x86_64'],
      ['ok', 'subnet subnet-a in eu-west-1a has 250 free addresses'],
      ['ok', 'subnet subnet-b in eu-west-1a has 250 free addresses'],
      ['ok', 'class go would launch where there is capacity; pools asked: 4'],
      ['ok', 'class docker would launch where there is capacity; pools asked: 4'],
    ]);
  });

  it('rehearses each class with its own AMI, disk and profile', async () => {
    const asked: unknown[] = [];
    await examined({ classes: [go, docker], launcher: { rehearse: async ({ imageId, rootDeviceName, instanceProfile, pools }) => (asked.push([imageId, rootDeviceName, instanceProfile, pools.length]), []) } });

    expect(asked).toEqual([['ami-1', '/dev/sda1', undefined, 4], ['ami-from-parameter', '/dev/sda1', 'ci', 4]]);
  });

  it.each<readonly [what: string, change: Parameters<typeof examined>[0], expected: object]>([
    ['an AMI that does not exist', { launcher: { describeImage: async () => undefined } }, { id: 'ami', status: 'failed', fix: expect.stringContaining('bake-ami:bake') as string }],
    ['an AMI that is still being made', { launcher: { describeImage: async (imageId) => ({ imageId, rootDeviceName: '/dev/xvda', architecture: 'x86_64', available: false }) } }, { id: 'ami', status: 'failed', text: 'AMI ami-1 is not available' }],
    ['a parameter that is not there', { ami: 'ssm:/none', readParameter: () => Promise.reject(new Error('ParameterNotFound')) }, { id: 'ami', status: 'failed', text: 'the parameter ssm:/none cannot be read: ParameterNotFound' }],
    ['a subnet of another region', { launcher: { describeSubnets: async () => [] } }, { id: 'subnet', status: 'failed', text: 'subnet subnet-a does not exist in this region' }],
    ['a subnet that is too small', { maxRunners: 251 }, { id: 'subnet', status: 'warning', fix: 'set MAX_RUNNERS to 250, or use a larger subnet' }],
    ['a right that is missing everywhere', { launcher: { rehearse: async ({ pools }) => pools.map((pool) => ({ pool, refusal: refusal('UnauthorizedOperation') })) } }, { id: 'launch', status: 'failed', text: 'class go would not launch in 4 of 4 pools: what UnauthorizedOperation means (UnauthorizedOperation)', fix: 'what helps against UnauthorizedOperation' }],
    ['a type that one zone does not offer', { launcher: { rehearse: async ({ pools }) => pools.map((pool, index) => ({ pool, refusal: index === 0 ? refusal('Unsupported') : null })) } }, { id: 'launch', status: 'warning', text: 'class go would not launch in 1 of 4 pools: what Unsupported means (Unsupported)' }],
    ['an EC2 that does not answer', { launcher: { describeImage: () => Promise.reject(new Error('DescribeImages failed: ECONNREFUSED')) } }, { id: 'ec2', status: 'failed', text: 'DescribeImages failed: ECONNREFUSED', fix: expect.stringContaining('credentials') as string }],
  ])('says of %s what mends it', async (_what, change, expected) => {
    expect((await examined(change)).find(({ status }) => status !== 'ok')).toMatchObject(expected);
  });

  it('says that a subnet without public addresses needs a way out', async () => {
    const [, subnet] = await examined({ launcher: { describeSubnets: async (subnets) => subnets.map((id) => ({ subnet: id, availabilityZone: 'eu-west-1a', freeAddresses: 250, givesPublicAddresses: false })) } });

    expect(subnet).toMatchObject({ status: 'ok', text: 'subnet subnet-a in eu-west-1a has 250 free addresses and gives no public ones (it needs a NAT gateway)' });
  });

  it('does not rehearse a class whose AMI is not there', async () => {
    const checks = await examined({ classes: [go, docker], readParameter: () => Promise.reject(new Error('no')) });

    expect(checks.filter(({ id }) => id === 'launch').map(({ text }) => text)).toEqual([expect.stringContaining('class go')]);
  });
});
