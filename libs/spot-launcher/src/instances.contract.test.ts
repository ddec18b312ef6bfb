import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client, RegisterImageCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Ec2CallError } from './call-error.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import { listPools } from './pool.js';
import { createSpotLauncher, type SpotLauncher } from './spot-launcher.js';

const motoUrl = inject('motoUrl');

describe.skipIf(motoUrl === undefined)("machines on moto behind the fault proxy (needs: pip install 'moto[server]==5.2.1')", () => {
  const installation = `test-${process.pid}`;
  let proxy: FaultProxy;
  let launcher: SpotLauncher;
  let imageId: string;
  let subnets: readonly { SubnetId?: string | undefined; AvailabilityZone?: string | undefined }[];
  let launch: (name: string) => Promise<string>;

  beforeAll(async () => {
    proxy = await startFaultProxy({ target: motoUrl ?? '' });
    const ec2 = new EC2Client({ region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, endpoint: proxy.url, maxAttempts: 1 });
    launcher = createSpotLauncher({ ec2, now: () => new Date(), random: () => 0.01, launchRate: 'unlimited' });
    imageId = (await ec2.send(new RegisterImageCommand({ Name: `runner-${proxy.url}`, Architecture: 'x86_64', RootDeviceName: '/dev/sda1', VirtualizationType: 'hvm' }))).ImageId ?? '';
    subnets = (await ec2.send(new DescribeSubnetsCommand({}))).Subnets ?? [];
    const securityGroups = ((await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).map((group) => group.GroupId ?? '').slice(0, 1);
    launch = async (name) => {
      const pools = listPools({ instanceTypes: ['t3.small'], subnets: [subnets[0]?.SubnetId ?? ''], market: name.includes('demand') ? 'on-demand' : 'spot' });
      const outcome = await launcher.launch({ name: `${installation}-${name}`, pools, imageId, diskGiB: 8, securityGroups, userData: '', tags: { 'tinqs-ci:installation': installation, 'tinqs-ci:name': name } });
      return outcome.kind === 'launched' ? outcome.instanceId : outcome.kind;
    };
  });

  beforeEach(() => proxy.reset());
  afterAll(() => proxy?.close());

  it('lists what runs with its tags, place and market, page by page, and nothing of others', async () => {
    const ids = [await launch('list-1'), await launch('list-2'), await launch('list-3-demand')];
    proxy.reset();

    const listed = await launcher.list({ tags: { 'tinqs-ci:installation': installation }, states: ['pending', 'running'], pageSize: 5 });

    expect(listed.map((instance) => instance.instanceId).sort()).toEqual([...ids].sort());
    expect(listed.find((instance) => instance.instanceId === ids[0])).toEqual({
      instanceId: ids[0],
      state: 'running',
      stateReason: undefined,
      stateChangedAt: undefined,
      tags: { 'tinqs-ci:installation': installation, 'tinqs-ci:name': 'list-1' },
      launchTime: expect.any(Date),
      instanceType: 't3.small',
      market: 'spot',
      imageId,
      availabilityZone: subnets[0]?.AvailabilityZone,
      subnet: subnets[0]?.SubnetId,
      privateDnsName: expect.stringMatching(/^ip-/),
    });
    expect(listed.find((instance) => instance.instanceId === ids[2])?.market).toBe('on-demand');
    expect(await launcher.list({ tags: { 'tinqs-ci:installation': `${installation}-other` } })).toEqual([]);
    expect(proxy.calls('DescribeInstances')[0]?.params).toMatchObject({ 'Filter.1.Name': 'tag:tinqs-ci:installation', 'Filter.1.Value.1': installation, 'Filter.2.Name': 'instance-state-name', MaxResults: '5' });
  });

  it('ends a machine once, twice, and says so of one that is not known', async () => {
    const id = await launch('end');

    const first = await launcher.terminate(id, { force: true, skipOsShutdown: true });
    const [ended] = await launcher.list({ tags: { 'tinqs-ci:name': 'end' } });
    const second = await launcher.terminate(id);

    expect(['ending', 'terminated']).toContain(first.kind);
    expect(['ending', 'terminated']).toContain(second.kind);
    expect(ended).toMatchObject({ instanceId: id, state: 'terminated', stateReason: { code: 'Client.UserInitiatedShutdown' }, stateChangedAt: expect.any(Date) });
    expect(await launcher.terminate('i-00000000000000000')).toEqual({ kind: 'not-found' });
    expect(proxy.calls('TerminateInstances').map((call) => call.params)).toEqual([
      { Action: 'TerminateInstances', Version: '2016-11-15', 'InstanceId.1': id, Force: 'true', SkipOsShutdown: 'true' },
      { Action: 'TerminateInstances', Version: '2016-11-15', 'InstanceId.1': id },
      { Action: 'TerminateInstances', Version: '2016-11-15', 'InstanceId.1': 'i-00000000000000000' },
    ]);
  });

  it('tries a call that may be repeated three times, and then throws what EC2 said', async () => {
    const id = await launch('retry');
    proxy.inject({ action: 'TerminateInstances', effect: 'error', status: 503, code: 'RequestLimitExceeded' }, { action: 'TerminateInstances', effect: 'lose-answer' });

    expect((await launcher.terminate(id)).kind).not.toBe('not-found');
    expect(proxy.calls('TerminateInstances')).toHaveLength(3);

    proxy.inject({ action: 'DescribeInstances', effect: 'error', status: 500, code: 'InternalError', message: 'try later', times: 3 });
    const listing = launcher.list({ tags: { 'tinqs-ci:name': 'retry' } });
    await expect(listing).rejects.toThrow(Ec2CallError);
    await expect(listing).rejects.toMatchObject({ message: 'DescribeInstances failed: InternalError: try later', code: 'InternalError', operation: 'DescribeInstances', cause: expect.any(Error) });
  });

  it('throws a refused permission at once', async () => {
    proxy.inject({ action: 'TerminateInstances', effect: 'error', status: 403, code: 'UnauthorizedOperation', message: 'You may not. Encoded authorization failure message: abcdef' });

    await expect(launcher.terminate('i-1')).rejects.toThrow(/^TerminateInstances of i-1 failed: UnauthorizedOperation: You may not\.$/);
    expect(proxy.calls('TerminateInstances')).toHaveLength(1);
  });

  it('reads the console, and nothing of a machine that is not known', async () => {
    const id = await launch('console');

    expect(await launcher.console(id)).toMatchObject({ text: expect.stringContaining('Linux'), at: expect.any(Date) });
    expect(await launcher.console('i-00000000000000000', { latest: true })).toBeUndefined();
    expect(proxy.calls('GetConsoleOutput').map((call) => call.params['Latest'])).toEqual([undefined, 'true']);
  });

  it('knows the root device of an AMI, and which AMIs there are', async () => {
    expect(await launcher.describeImage(imageId)).toEqual({ imageId, rootDeviceName: '/dev/sda1', architecture: undefined, available: true });
    expect(await launcher.describeImage('ami-00000000000000000')).toBeUndefined();
  });

  it('knows the zone and the free addresses of subnets, and passes over those that do not exist', async () => {
    const known = await launcher.describeSubnets([subnets[0]?.SubnetId ?? '', 'subnet-00000000']);

    expect(known).toEqual([{ subnet: subnets[0]?.SubnetId, availabilityZone: subnets[0]?.AvailabilityZone, freeAddresses: expect.any(Number), givesPublicAddresses: true }]);
  });

  it('reads Spot prices in dollars per hour', async () => {
    const prices = await launcher.spotPrices(['t3.small']);

    expect(prices.length).toBeGreaterThan(0);
    for (const price of prices) expect(price).toEqual({ instanceType: 't3.small', availabilityZone: expect.stringMatching(/^eu-west-1[abc]$/), pricePerHour: expect.any(Number), since: expect.any(Date) });
    expect(proxy.calls('DescribeSpotPriceHistory')[0]?.params).toMatchObject({ 'InstanceType.1': 't3.small', 'ProductDescription.1': 'Linux/UNIX', StartTime: expect.any(String) });
  });
});
