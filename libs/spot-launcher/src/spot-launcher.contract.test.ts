import { gunzipSync } from 'node:zlib';
import { DescribeInstanceAttributeCommand, DescribeInstancesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client, RegisterImageCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { clientToken } from './client-token.js';
import { honourClientTokens, limitUserData } from './emulate-ec2.js';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';
import type { LaunchRequest } from './launch-request.js';
import { listPools, type Pool } from './pool.js';
import { createSpotLauncher, type SpotLauncher } from './spot-launcher.js';

const motoUrl = inject('motoUrl');

const clientOptions = { region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

describe.skipIf(motoUrl === undefined)("the launcher against moto behind the fault proxy (needs: pip install 'moto[server]==5.2.1')", () => {
  let proxy: FaultProxy;
  let direct: EC2Client;
  let launcher: SpotLauncher;
  let imageId: string;
  let subnets: readonly string[];
  let securityGroups: readonly string[];

  beforeAll(async () => {
    proxy = await startFaultProxy({ target: motoUrl ?? '', layers: [honourClientTokens(), limitUserData] });
    direct = new EC2Client({ ...clientOptions, endpoint: motoUrl ?? '' });
    const image = await direct.send(new RegisterImageCommand({ Name: `runner-${proxy.url}`, Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' }));
    imageId = image.ImageId ?? '';
    subnets = ((await direct.send(new DescribeSubnetsCommand({}))).Subnets ?? []).map((subnet) => subnet.SubnetId ?? '').slice(0, 2);
    securityGroups = ((await direct.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).map((group) => group.GroupId ?? '').slice(0, 1);
    launcher = createSpotLauncher({ ec2: new EC2Client({ ...clientOptions, endpoint: proxy.url, maxAttempts: 1 }), now: () => new Date(), random: () => 0.01, launchRate: 'unlimited' });
  });

  afterEach(async () => {
    proxy.reset();
    const alive = await launcher.list({ tags: { 'tinqs-ci': 'true' }, states: ['pending', 'running'] });
    for (const instance of alive) await direct.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    proxy.reset();
  });

  afterAll(async () => {
    await proxy?.close();
    direct?.destroy();
  });

  function request(name: string, changes: Partial<LaunchRequest> = {}): LaunchRequest {
    return {
      name,
      pools: listPools({ instanceTypes: ['t3.small', 't3a.small'], subnets, market: 'spot' }),
      imageId,
      diskGiB: 20,
      securityGroups,
      userData: '#!/bin/sh\necho hello\n',
      tags: { 'tinqs-ci': 'true', 'tinqs-ci:name': name },
      ...changes,
    };
  }

  const pool = (market: Pool['market'] = 'spot'): Pool => ({ instanceType: 't3.small', subnet: subnets[0] ?? '', market });

  it('rehearses without launching, as a dry run on the wire', async () => {
    proxy.inject({ action: 'RunInstances', effect: 'error', status: 403, code: 'UnauthorizedOperation', message: 'You may not. Encoded authorization failure message: abcdef' });

    // That moto says yes shows the protocol alone: it answers a dry run before it looks at the parameters.
    const [refused, ...fit] = await launcher.rehearse(request('rehearsal'));

    expect(refused).toMatchObject({ refusal: { code: 'UnauthorizedOperation', detail: 'You may not.' } });
    expect(fit.map(({ refusal }) => refusal)).toEqual([null, null, null]);
    const asked = proxy.calls('RunInstances').map(({ params }) => params);
    expect(asked.map((params) => params['DryRun'])).toEqual(['true', 'true', 'true', 'true']);
    // The SDK gives each a token of its own.
    for (const each of request('rehearsal').pools) expect(asked.map((params) => params['ClientToken'])).not.toContain(clientToken('rehearsal', each));
    expect(await launcher.list({ tags: { 'tinqs-ci:name': 'rehearsal' } })).toEqual([]);
  });

  it('puts exactly these parameters on the wire', async () => {
    const launched = await launcher.launch(request('wire', { pools: [pool()], instanceProfile: 'runner-profile', securityGroups: [...securityGroups, 'sg-second'] }));

    const [call] = proxy.calls('RunInstances');
    const tags = { 'Tag.1.Key': 'tinqs-ci', 'Tag.1.Value': 'true', 'Tag.2.Key': 'tinqs-ci:name', 'Tag.2.Value': 'wire' };
    const tagged = ['instance', 'volume', 'network-interface', 'spot-instances-request'].map((type, index) => [`TagSpecification.${index + 1}.`, { ResourceType: type, ...tags }] as const);
    expect(launched.kind).toBe('refused');
    expect(call?.params).toEqual({
      Action: 'RunInstances',
      Version: '2016-11-15',
      MinCount: '1',
      MaxCount: '1',
      ClientToken: clientToken('wire', pool()),
      ImageId: imageId,
      InstanceType: 't3.small',
      SubnetId: subnets[0],
      'SecurityGroupId.1': securityGroups[0],
      'SecurityGroupId.2': 'sg-second',
      UserData: Buffer.from('#!/bin/sh\necho hello\n').toString('base64'),
      InstanceInitiatedShutdownBehavior: 'terminate',
      'IamInstanceProfile.Name': 'runner-profile',
      'InstanceMarketOptions.MarketType': 'spot',
      'InstanceMarketOptions.SpotOptions.SpotInstanceType': 'one-time',
      'InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior': 'terminate',
      'MetadataOptions.HttpEndpoint': 'enabled',
      'MetadataOptions.HttpTokens': 'required',
      'MetadataOptions.HttpPutResponseHopLimit': '1',
      'MetadataOptions.InstanceMetadataTags': 'disabled',
      'BlockDeviceMapping.1.DeviceName': '/dev/xvda',
      'BlockDeviceMapping.1.Ebs.VolumeType': 'gp3',
      'BlockDeviceMapping.1.Ebs.VolumeSize': '20',
      'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
      ...Object.fromEntries(tagged.flatMap(([prefix, fields]) => Object.entries(fields).map(([key, value]) => [prefix + key, value]))),
    });
  });

  it('launches a Spot machine that has what was asked for', async () => {
    const outcome = await launcher.launch(request('real', { pools: [pool()] }));

    if (outcome.kind !== 'launched') throw new Error(JSON.stringify(outcome));
    expect(outcome).toMatchObject({ pool: pool(), availabilityZone: expect.stringMatching(/^eu-west-1[abc]$/), tried: [] });
    const [made] = (await direct.send(new DescribeInstancesCommand({ InstanceIds: [outcome.instanceId] }))).Reservations?.[0]?.Instances ?? [];
    expect(made).toMatchObject({ InstanceLifecycle: 'spot', InstanceType: 't3.small', MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'disabled' } });
    const behaviour = await direct.send(new DescribeInstanceAttributeCommand({ InstanceId: outcome.instanceId, Attribute: 'instanceInitiatedShutdownBehavior' }));
    expect(behaviour.InstanceInitiatedShutdownBehavior?.Value).toBe('terminate');
  });

  it('asks for no Spot and tags no Spot request where the pool is on-demand', async () => {
    const outcome = await launcher.launch(request('demand', { pools: [pool('on-demand')] }));

    expect(outcome.kind).toBe('launched');
    const names = Object.entries(proxy.calls('RunInstances')[0]?.params ?? {}).map(([key, value]) => `${key}=${String(value)}`);
    expect(names.filter((line) => /spot/i.test(line))).toEqual([]);
  });

  it('sends a long script gzipped, and the machine gets it whole', async () => {
    const script = `#!/bin/sh\n${'echo the same line again and again\n'.repeat(2000)}`;

    const outcome = await launcher.launch(request('long', { pools: [pool()], userData: script }));

    if (outcome.kind !== 'launched') throw new Error(JSON.stringify(outcome));
    const attribute = await direct.send(new DescribeInstanceAttributeCommand({ InstanceId: outcome.instanceId, Attribute: 'userData' }));
    expect(gunzipSync(Buffer.from(attribute.UserData?.Value ?? '', 'base64')).toString()).toBe(script);
  });

  it.each([1, 3])('repeats the same bytes after a lost answer, and one machine runs (client with maxAttempts %i)', async (maxAttempts) => {
    const name = `lost-${maxAttempts}`;
    const ours = createSpotLauncher({ ec2: new EC2Client({ ...clientOptions, endpoint: proxy.url, maxAttempts }), now: () => new Date(), random: () => 0.01, launchRate: 'unlimited' });
    proxy.inject({ action: 'RunInstances', effect: 'lose-answer' });

    const outcome = await ours.launch(request(name));

    expect(outcome.kind).toBe('launched');
    const bodies = proxy.calls('RunInstances').map((call) => call.body);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
    expect(await launcher.list({ tags: { 'tinqs-ci:name': name } })).toHaveLength(1);
  });

  it.each([1, 3])('leaves a lost answer followed by a refusal unknown, and tries no other pool (client with maxAttempts %i)', async (maxAttempts) => {
    const name = `lost-then-refused-${maxAttempts}`;
    const ours = createSpotLauncher({ ec2: new EC2Client({ ...clientOptions, endpoint: proxy.url, maxAttempts }), now: () => new Date(), random: () => 0.01, launchRate: 'unlimited' });
    proxy.inject({ action: 'RunInstances', effect: 'lose-answer' }, { action: 'RunInstances', effect: 'error', status: 500, code: 'InsufficientInstanceCapacity' });

    const outcome = await ours.launch(request(name));

    expect(outcome.kind).toBe('unknown');
    expect(new Set(proxy.calls('RunInstances').map((call) => call.params['ClientToken'])).size).toBe(1);
    expect(await launcher.list({ tags: { 'tinqs-ci:name': name } })).toHaveLength(1);
  });

  it('is heard once per pool that has no capacity, though EC2 says so with status 500 and the client would repeat', async () => {
    const ours = createSpotLauncher({ ec2: new EC2Client({ ...clientOptions, endpoint: proxy.url, maxAttempts: 3 }), now: () => new Date(), launchRate: 'unlimited' });
    proxy.inject({ action: 'RunInstances', effect: 'error', status: 500, code: 'InsufficientInstanceCapacity', times: 2 });

    const outcome = await ours.launch(request('scarce'));

    expect(outcome).toMatchObject({ kind: 'launched', tried: [{ code: 'InsufficientInstanceCapacity', class: 'capacity' }, { code: 'InsufficientInstanceCapacity', class: 'capacity' }] });
    expect(proxy.calls('RunInstances').map((call) => call.status)).toEqual([500, 500, 200]);
  });

  it.each([
    ['a throttled request', { effect: 'error', status: 503, code: 'RequestLimitExceeded', times: 2 }],
    ['an internal error', { effect: 'error', status: 500, code: 'InternalError' }],
    ['a dropped connection', { effect: 'drop' }],
  ] as const)('launches in the same pool after %s', async (_, fault) => {
    proxy.inject({ action: 'RunInstances', ...fault });

    const outcome = await launcher.launch(request(`after-${fault.effect}-${'code' in fault ? fault.code : ''}`));

    expect(outcome).toMatchObject({ kind: 'launched', tried: [] });
    expect(new Set(proxy.calls('RunInstances').map((call) => call.body)).size).toBe(1);
  });

  it('gives up an answer that never comes, and asks again for the same machine', async () => {
    const hasty = createSpotLauncher({ ec2: new EC2Client({ ...clientOptions, endpoint: proxy.url }), now: () => new Date(), random: () => 0.01, launchRate: 'unlimited', attemptMs: 3_000 });
    proxy.inject({ action: 'RunInstances', effect: 'hang' });

    const outcome = await hasty.launch(request('hang'));

    expect(outcome).toMatchObject({ kind: 'launched', tried: [] });
    expect(new Set(proxy.calls('RunInstances').map((call) => call.body)).size).toBe(1);
    expect(await launcher.list({ tags: { 'tinqs-ci:name': 'hang' } })).toHaveLength(1);
  });

  it('leaves a reused client token unknown: some machine may run under it', async () => {
    await launcher.launch(request('reused', { pools: [pool()] }));

    const outcome = await launcher.launch(request('reused', { pools: [pool()], diskGiB: 21 }));

    expect(outcome).toMatchObject({ kind: 'unknown', pool: pool(), clientToken: clientToken('reused', pool()), sentence: expect.stringContaining('IdempotentParameterMismatch') });
    expect(await launcher.list({ tags: { 'tinqs-ci:name': 'reused' } })).toHaveLength(1);
  });

  it('gets the same machine when the same launch is asked for again', async () => {
    const first = await launcher.launch(request('again', { pools: [pool()] }));
    const second = await launcher.launch(request('again', { pools: [pool()] }));

    expect(second).toMatchObject({ kind: 'launched', instanceId: (first as { instanceId: string }).instanceId });
  });

  it.each([
    ['InvalidAMIID.NotFound', { imageId: 'ami-00000000000000000' }],
    ['InvalidGroup.NotFound', { securityGroups: ['sg-00000000000000000'] }],
    ['InvalidSubnetID.NotFound', { pools: [{ instanceType: 't3.small', subnet: 'subnet-00000000', market: 'spot' }] }],
  ] as const)('refuses for good with %s, in EC2s own words too', async (code, changes) => {
    const outcome = await launcher.launch(request(`wrong-${code}`, changes));

    expect(outcome).toMatchObject({ kind: 'refused', code, class: 'configuration', permanent: true, sentence: expect.stringContaining(code), detail: expect.stringMatching(/.+/) });
    expect(proxy.calls('RunInstances')).toHaveLength(1);
  });
});
