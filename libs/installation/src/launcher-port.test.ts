import { TAGS, type LaunchOrder, type PoolRest, type RunnerClass } from '@tinqs/fleet';
import { createSecret, type RunnerCredential } from '@tinqs/gitea-client';
import { createSpotLauncher, type LaunchOutcome, type LaunchRequest, type Instance as Ec2Instance, type SpotLauncherOptions } from '@tinqs/spot-launcher';
import { describe, expect, it } from 'vitest';
import { createLauncherPort, type MachineSettings } from './launcher-port.js';
import { parseRunnerClasses } from './runner-classes.js';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');
const POOL = { instanceType: 't3.small', subnet: 'subnet-1', market: 'spot' } as const;
const CREDENTIAL: RunnerCredential = { kind: 'registered', id: 41, uuid: '0b5e6a2c-0000-4000-8000-000000000000', token: createSecret('one-job-token'), name: 'tinqs-ci-demo-go-7f3a', labels: ['go'] };
const SETTINGS: MachineSettings = { installation: 'demo', giteaUrl: 'https://git.example.com', subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], ami: 'ami-0default', instanceProfile: 'ci-runner', gitHosts: async () => ['git.example.com'], gitToken: async () => null, singleShotClaim: async () => false };

const classOf = (text: string): RunnerClass => parseRunnerClasses(text)[0]!;
const GO = classOf('go: { instanceTypes: [t3.small, t3a.small], diskGiB: 30 }');
const orderOf = (change: Partial<LaunchOrder> = {}): LaunchOrder => ({ name: 'tinqs-ci-demo-go-7f3a', runnerClass: GO, scope: { kind: 'repository', id: 7, fullName: 'acme/app' }, registration: { runnerId: 41, credential: CREDENTIAL }, launchedFor: '4411', repository: { id: 7, fullName: 'acme/app' }, amiId: 'ami-0default', endsBy: NOW + 5_000_000, onDemand: false, rests: [], deadline: NOW + 45_000, ...change });

function portWith(outcome: LaunchOutcome, settings: Partial<MachineSettings> = {}, instances: readonly Ec2Instance[] = []) {
  const requests: LaunchRequest[] = [];
  const ended: [string, object][] = [];
  const asked: object[] = [];
  const port = createLauncherPort({
    launcher: {
      launch: async (request) => (requests.push(request), outcome),
      terminate: async (id, options) => (ended.push([id, options ?? {}]), { kind: 'ending' }),
      list: async (query) => (asked.push(query), instances),
    },
    settings: { ...SETTINGS, ...settings },
    readParameter: async (name) => `value of ${name}`,
    rootDeviceName: async (imageId) => (imageId === 'ami-0ubuntu' ? '/dev/sda1' : undefined),
    now: () => NOW,
  });
  return { port, requests, ended, asked };
}

const LAUNCHED: LaunchOutcome = { kind: 'launched', instanceId: 'i-1', pool: POOL, availabilityZone: 'eu-west-1a', launchTime: new Date(NOW), tried: [] };

describe('createLauncherPort', () => {
  it('launches with everything that the installation and the class say, and tags to find it by', async () => {
    const { port, requests } = portWith(LAUNCHED);

    expect(await port.launch(orderOf())).toEqual({ kind: 'launched', instanceId: 'i-1', pool: POOL, availabilityZone: 'eu-west-1a', pricePerHour: expect.any(Number), tried: [] });
    expect(requests[0]).toMatchObject({
      name: 'tinqs-ci-demo-go-7f3a',
      imageId: 'ami-0default',
      diskGiB: 30,
      securityGroups: ['sg-1'],
      deadline: new Date(NOW + 45_000),
      tags: { Name: 'tinqs-ci-demo-go-7f3a', [TAGS.mark]: 'true', [TAGS.installation]: 'demo', [TAGS.name]: 'tinqs-ci-demo-go-7f3a', [TAGS.classId]: 'go', [TAGS.scope]: 'repo-7', [TAGS.runnerId]: '41', [TAGS.endsBy]: '2030-01-01T01:23:20.000Z' },
    });
    expect(requests[0]!.pools).toHaveLength(4);
    expect(requests[0]!.pools.every((pool) => pool.market === 'spot')).toBe(true);
    expect(readable(requests[0]!.userData)).toContain('one-job-token');
    expect(JSON.stringify(requests[0]!.tags)).not.toContain('one-job-token');
  });

  it('repeats an order as the same request to the byte', async () => {
    const { port, requests } = portWith(LAUNCHED);

    await port.launch(orderOf());
    await port.launch(orderOf());

    expect(requests[1]).toEqual(requests[0]);
  });

  it('asks EC2 for nothing after the deadline', async () => {
    const { port, requests } = portWith(LAUNCHED);

    expect(await port.launch(orderOf({ deadline: NOW }))).toMatchObject({ kind: 'refused', permanent: false });
    expect(requests).toEqual([]);
  });

  it.each([
    ['a class with the profile', 'deploy: { instanceTypes: [a], instanceProfile: true }', 'ci-runner', false],
    ['a class without it', 'go: { instanceTypes: [a] }', undefined, true],
  ])('gives %s what it may have: the profile or the metadata wall', async (_what, text, profile, wall) => {
    const { port, requests } = portWith(LAUNCHED);

    await port.launch(orderOf({ runnerClass: classOf(text) }));

    expect(requests[0]!.instanceProfile).toBe(profile);
    expect(requests[0]!.userData).toContain(wall ? ' WALL=1 ' : ' WALL=0 ');
  });

  it.each([
    ['spot', false, ['spot']],
    ['spot', true, ['spot']],
    ['on-demand', false, ['on-demand']],
    ['spot-then-on-demand', false, ['spot']],
    ['spot-then-on-demand', true, ['on-demand', 'spot']],
  ] as const)('market %s, on demand allowed: %s → %j', async (market, onDemand, markets) => {
    const { port, requests } = portWith(LAUNCHED);

    await port.launch(orderOf({ runnerClass: classOf(`go: { instanceTypes: [a], market: ${market} }`), onDemand }));

    expect([...new Set(requests[0]!.pools.map((pool) => pool.market))].sort()).toEqual(markets);
  });

  it('names the disk as the AMI does, or there would be a second one', async () => {
    const { port, requests } = portWith(LAUNCHED);

    await port.launch(orderOf({ amiId: 'ami-0ubuntu' }));

    expect(requests[0]!.rootDeviceName).toBe('/dev/sda1');
  });

  it('hands the memory of pools over, a quota as one of all types and subnets', async () => {
    const rest = (cause: PoolRest['cause'], code: string): PoolRest => ({ pool: POOL, cause, code, failures: 1, until: NOW + 1_000 }) as PoolRest;
    const { port, requests } = portWith(LAUNCHED);

    await port.launch(orderOf({ rests: [rest('capacity', 'InsufficientInstanceCapacity'), rest('spot-quota', 'MaxSpotInstanceCountExceeded')] }));

    expect(requests[0]!.memory).toEqual([
      { pool: POOL, code: 'InsufficientInstanceCapacity', failures: 1, until: NOW + 1_000 },
      { pool: { instanceType: '*', subnet: '*', market: 'spot' }, code: 'MaxSpotInstanceCountExceeded', failures: 1, until: NOW + 1_000 },
    ]);
  });

  it.each([
    ['capacity', 'capacity'],
    ['price', 'capacity'],
    ['unsupported', 'unsupported'],
    ['subnet-full', 'subnet-full'],
    ['spot-quota', 'spot-quota'],
    ['on-demand-quota', 'on-demand-quota'],
  ] as const)('tells a pool that refused for %s as %s', async (errorClass, cause) => {
    const { port } = portWith({ kind: 'no-capacity', tried: [{ pool: POOL, code: 'X', class: errorClass }], resting: [], sentence: 'x' });

    expect(await port.launch(orderOf())).toEqual({ kind: 'no-capacity', tried: [{ pool: POOL, code: 'X', cause }] });
  });

  it('tells a permanent refusal from one that time heals, and an unknown outcome from both, and never forgets the pools that refused before', async () => {
    const tried = [{ pool: POOL, code: 'InsufficientInstanceCapacity', class: 'capacity' }] as const;
    const told = [{ pool: POOL, code: 'InsufficientInstanceCapacity', cause: 'capacity' }];
    const refused = portWith({ kind: 'refused', pool: POOL, code: 'InvalidAMIID.NotFound', class: 'configuration', permanent: true, sentence: 'all of it', reason: 'there is no such AMI', remedy: 'check it', detail: '', tried });
    const unknown = portWith({ kind: 'unknown', pool: POOL, clientToken: 't', cause: new Error('timeout'), sentence: 'nobody knows', tried });

    expect(await refused.port.launch(orderOf())).toEqual({ kind: 'refused', code: 'InvalidAMIID.NotFound', sentence: 'there is no such AMI', remedy: 'check it', permanent: true, tried: told });
    expect(await unknown.port.launch(orderOf())).toEqual({ kind: 'unknown', pool: POOL, sentence: 'nobody knows', tried: told });
  });

  it.each([
    ['InvalidAMIID.NotFound', true, 'check the AMI id and the region'],
    ['UnauthorizedOperation', true, 'allow ec2:RunInstances and ec2:CreateTags on what it launches, and iam:PassRole on the instance profile'],
    ['SignatureDoesNotMatch', true, 'use an access key that exists, with its secret, and check that the clock is right'],
    ['VolumeLimitExceeded', false, 'delete unused volumes and snapshots, or ask AWS for more storage in Service Quotas'],
    ['RequestLimitExceeded', false, 'wait, it is tried again later; if it lasts, find what else of this account calls EC2 so often'],
  ])('says of %s (permanent: %s) what the launcher itself says helps, once', async (code, permanent, remedy) => {
    let time = NOW;
    const ec2 = { send: async () => Promise.reject(Object.assign(new Error('in the words of EC2'), { name: code, $metadata: { httpStatusCode: 400 } })) } as unknown as SpotLauncherOptions['ec2'];
    const launcher = createSpotLauncher({ ec2, now: () => new Date(time), sleep: async (ms) => void (time += ms) });
    const port = createLauncherPort({ launcher, settings: SETTINGS, readParameter: async () => '', now: () => time });

    expect(await port.launch(orderOf())).toMatchObject({ kind: 'refused', code, permanent, remedy, sentence: expect.stringMatching(new RegExp(`^EC2 did not launch t3a?\\.small \\(spot\\) in subnet-\\d: [^;]+ \\(${code}\\)$`)) });
  });

  it('resolves an AMI that is a parameter, the class’s before the installation’s', async () => {
    const { port } = portWith(LAUNCHED, { ami: 'ssm:/tinqs-ci/ami/x86_64' });

    expect(await port.resolveAmi(GO)).toBe('value of /tinqs-ci/ami/x86_64');
    expect(await port.resolveAmi(classOf('go: { instanceTypes: [a], ami: ami-0123456 }'))).toBe('ami-0123456');
  });

  it.each([
    ['its answer is lost', ['lose', 'launch']],
    ['Spot is refused and the answer of on-demand, same type and subnet, is lost', ['refuse', 'lose', 'launch']],
    ['both answers are lost', ['lose', 'lose', 'launch']],
  ] as const)('launches one machine, of one AMI, though the `ssm:` name is promoted before each repeat: %s', async (_why, fates) => {
    let promoted = 0;
    let time = NOW;
    const sent: { readonly ClientToken: string; readonly ImageId: string; readonly InstanceType: string; readonly SubnetId: string }[] = [];
    const machines = new Map<string, string>();
    /** As EC2 does it: a token is one machine, of one request. */
    const send = async ({ input }: { readonly input: (typeof sent)[number] }) => {
      const fate = fates[sent.push(input) - 1];
      promoted += 1;
      if (fate === 'refuse') throw Object.assign(new Error('none left'), { name: 'InsufficientInstanceCapacity', $metadata: { httpStatusCode: 500 } });
      if ((machines.get(input.ClientToken) ?? JSON.stringify(input)) !== JSON.stringify(input)) throw Object.assign(new Error('other parameters'), { name: 'IdempotentParameterMismatch', $metadata: { httpStatusCode: 400 } });
      machines.set(input.ClientToken, JSON.stringify(input));
      if (fate === 'lose') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return { Instances: [{ InstanceId: 'i-1', Placement: { AvailabilityZone: 'eu-west-1a' } }] };
    };
    const launcher = createSpotLauncher({ ec2: { send, middlewareStack: {} } as unknown as SpotLauncherOptions['ec2'], now: () => new Date(time), sleep: async (ms) => void (time += ms) });
    const runnerClass = classOf('go: { instanceTypes: [t3.small], market: spot-then-on-demand }');
    const port = createLauncherPort({ launcher, settings: { ...SETTINGS, ami: 'ssm:/ami', subnets: ['subnet-1'] }, readParameter: async () => `ami-${promoted}`, now: () => time });

    expect(await port.launch(orderOf({ runnerClass, onDemand: true, amiId: await port.resolveAmi(runnerClass) }))).toMatchObject({ kind: 'launched', instanceId: 'i-1' });
    expect([...machines].length).toBe(1);
    expect(new Set(sent.map(({ ImageId, InstanceType, SubnetId }) => `${ImageId} ${InstanceType} ${SubnetId}`))).toEqual(new Set(['ami-0 t3.small subnet-1']));
  });

  it('lists the machines of its installation only, ended ones without a subnet', async () => {
    const instance: Ec2Instance = { instanceId: 'i-1', state: 'terminated', stateReason: { code: 'Client.UserInitiatedShutdown', message: 'x' }, stateChangedAt: undefined, tags: { [TAGS.name]: 'n' }, launchTime: new Date(NOW), instanceType: 't3.small', market: 'spot', imageId: 'ami', availabilityZone: undefined, subnet: undefined, privateDnsName: undefined };
    const { port, asked } = portWith(LAUNCHED, {}, [instance, { ...instance, instanceId: 'i-2', state: 'running', stateReason: undefined, subnet: 'subnet-1', availabilityZone: 'eu-west-1a' }]);

    expect(await port.list()).toEqual([
      { instanceId: 'i-1', state: 'terminated', stateReason: 'Client.UserInitiatedShutdown', launchedAt: NOW, tags: { [TAGS.name]: 'n' }, pool: null, availabilityZone: null },
      { instanceId: 'i-2', state: 'running', stateReason: null, launchedAt: NOW, tags: { [TAGS.name]: 'n' }, pool: POOL, availabilityZone: 'eu-west-1a' },
    ]);
    expect(asked).toEqual([{ tags: { [TAGS.installation]: 'demo' } }]);
  });

  it('ends a machine, by force where it hangs', async () => {
    const { port, ended } = portWith(LAUNCHED);

    await port.terminate('i-1');
    await port.terminate('i-1', { force: true });

    expect(ended).toEqual([['i-1', {}], ['i-1', { force: true }]]);
  });

  it('renders the read-only git token only where it was asked for', async () => {
    const without = portWith(LAUNCHED);
    const withToken = portWith(LAUNCHED, { gitToken: async () => 'a-read-only-token' });

    await without.port.launch(orderOf());
    await withToken.port.launch(orderOf());

    expect(readable(without.requests[0]!.userData)).not.toContain('a-read-only-token');
    expect(readable(withToken.requests[0]!.userData)).toContain('a-read-only-token');
  });
});

/** The boot script with what it carries as base64 beside it. */
function readable(script: string): string {
  return script + [...script.matchAll(/<<'(B64|SECRET)'[^\n]*\n([A-Za-z0-9+/=\n]*?)\n\1/g)].map(([, , text]) => Buffer.from(text!, 'base64').toString('utf8')).join('\n');
}
