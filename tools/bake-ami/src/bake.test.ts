import { DescribeImagesCommand, DescribeInstanceAttributeCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { BakeFailure } from './bake-failure.js';
import { planBake, type BakePlan } from './bake-plan.js';
import { bake } from './bake.js';
import { listOwnImages } from './image-store.js';
import { TAGS } from './own-image.js';
import { createAccount, pinnedInputs, RUN, word, type TestAccount } from './testing/account.js';
import type { Fault } from './testing/faulty-client.js';

const motoUrl = inject('motoUrl');

async function planFor({ world, baseImage }: TestAccount): Promise<BakePlan> {
  const image = await world.launcher.describeImage(baseImage);
  return planBake(pinnedInputs, { baseImage: image!, ownImages: await listOwnImages(world.ec2) });
}

async function failureOf(account: TestAccount, ...faults: readonly Fault[]): Promise<BakeFailure> {
  const plan = await planFor(account);
  account.inject(...faults);
  const outcome = await bake(plan, { run: RUN, place: account.place, world: account.world }).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(BakeFailure);
  return outcome as BakeFailure;
}

describe.skipIf(motoUrl === undefined)("a bake on moto (needs: pip install 'moto[server]==5.2.1')", () => {
  let account: TestAccount;
  beforeEach(async () => {
    account = await createAccount(motoUrl ?? '');
  });
  // Whatever a test did.
  afterEach(async () => {
    expect(await account.living()).toEqual([]);
  });

  it('launches a builder, stops it when it says so, makes the AMI, boots a second machine from it and marks it verified', async () => {
    const { world, place, calls } = account;

    const baked = await bake(await planFor(account), { run: RUN, place, world });

    expect(baked).toEqual({ imageId: expect.stringMatching(/^ami-/), name: 'tinqs-ci-runner-v1', bootSeconds: 29 });
    expect((await listOwnImages(world.ec2))[0]).toMatchObject({ name: 'tinqs-ci-runner-v1', state: 'available', architecture: 'x86_64', verifiedAt: expect.any(Date), bootSeconds: 29 });
    expect(calls.filter((call) => !/^(Describe|GetConsole)/.test(call))).toEqual(['RunInstances', 'StopInstances', 'CreateImage', 'CreateTags', 'TerminateInstances', 'RunInstances', 'CreateTags', 'TerminateInstances']);
    const [builder, verifier] = await account.machines();
    expect([builder?.ImageId, verifier?.ImageId]).toEqual([account.baseImage, baked.imageId]);
  });

  it('launches machines that nobody reaches, that have no rights, and that end themselves', async () => {
    await bake(await planFor(account), { run: RUN, place: account.place, world: account.world });

    for (const machine of await account.machines()) {
      expect(machine.IamInstanceProfile).toBeUndefined();
      expect(machine.KeyName ?? '').toBe('');
      expect(machine.InstanceLifecycle).toBeUndefined();
      expect(machine.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
      expect(machine.Tags).toEqual(expect.arrayContaining([{ Key: TAGS.run, Value: RUN }, { Key: TAGS.endsBy, Value: expect.stringMatching(/^2030-01-01T00:[1-5]/) }]));
      const attribute = async (Attribute: 'userData' | 'instanceInitiatedShutdownBehavior') => account.world.ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: machine.InstanceId, Attribute }));
      expect((await attribute('instanceInitiatedShutdownBehavior')).InstanceInitiatedShutdownBehavior?.Value).toBe('terminate');
      const userData = Buffer.from((await attribute('userData')).UserData?.Value ?? '', 'base64').toString();
      expect(userData).toMatch(/^#!\/bin\/bash\n[^]*\nRUN=run1 LIFE=(2700|600)\n[^]*--on-active="\$\{LIFE\}s" systemctl --force poweroff/);
    }
  });

  it('tags the AMI and its snapshots, so that each is found when the other is gone', async () => {
    const { world, place } = account;
    const plan = await planFor(account);

    const { imageId } = await bake(plan, { run: RUN, place, world });

    const [image] = (await world.ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }))).Images ?? [];
    expect(Object.fromEntries((image?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({ 'tinqs-ci': 'true', Name: 'tinqs-ci-runner-v1', [TAGS.inputs]: plan.inputs, [TAGS.base]: account.baseImage, [TAGS.bootSeconds]: '29' });
    const { Snapshots = [] } = await world.ec2.send(new DescribeSnapshotsCommand({ Filters: [{ Name: `tag:${TAGS.image}`, Values: [imageId] }] }));
    expect(Snapshots.map(({ SnapshotId }) => SnapshotId)).toEqual([image?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId]);
  });

  it('takes the next number, and the one after where another bake was faster', async () => {
    const { world, place } = account;
    await bake(await planFor(account), { run: RUN, place, world });
    account.console('builder', word('done after 1 s', 'run2'));
    account.console('verifier', word('done after 1 s', 'run2'));
    account.inject({ call: 'CreateImage', effect: { kind: 'refuse', code: 'InvalidAMIName.Duplicate' } });

    const baked = await bake(await planFor(account), { run: 'run2', place, world });

    expect(baked.name).toBe('tinqs-ci-runner-v3');
  });

  it('waits while EC2 stops the builder and copies the disk', async () => {
    const { world, place } = account;
    const stopping = (answer: { Reservations?: { Instances?: object[] }[] }) => ({ ...answer, Reservations: (answer.Reservations ?? []).map((each) => ({ ...each, Instances: (each.Instances ?? []).map((machine) => ({ ...machine, State: { Name: 'stopping' } })) })) });
    const pending = (answer: { Images?: object[] }) => ({ ...answer, Images: (answer.Images ?? []).map((image) => ({ ...image, State: 'pending' })) });
    const plan = await planFor(account);
    account.console('builder', word('done after 214 s'));
    account.inject({ call: 'DescribeInstances', skip: 1, times: 3, effect: { kind: 'answer', change: stopping } }, { call: 'DescribeImages', times: 6, effect: { kind: 'answer', change: pending } });
    const begun = world.now();

    await bake(plan, { run: RUN, place, world });

    expect(world.now() - begun).toBeGreaterThanOrEqual(3 * 10_000 + 6 * 15_000);
  });

  const refuse = (call: string, more: Partial<Fault> = {}): Fault => ({ call, effect: { kind: 'refuse', code: 'UnauthorizedOperation' }, ...more });
  const lose = (call: string, more: Partial<Fault> = {}): Fault => ({ call, effect: { kind: 'lose-answer' }, ...more });

  it.each<[string, readonly Fault[], RegExp]>([
    ['the launch of the builder is refused', [refuse('RunInstances')], /^launching the builder: /],
    ['the answer to the launch is lost, every time', [lose('RunInstances', { times: 99 })], /^launching the builder: /],
    ['the answer to the launch is lost, and EC2 does not list the machine yet', [lose('RunInstances', { times: 99 }), { call: 'DescribeInstances', effect: { kind: 'answer', change: () => ({ Reservations: [] }) } }], /^launching the builder: /],
    ['the answer to the launch is lost, and EC2 lists nothing for a while', [lose('RunInstances', { times: 99 }), refuse('DescribeInstances', { times: 3 })], /^launching the builder: /],
    ['EC2 does not say how the builder is', [refuse('DescribeInstances')], /^a call to AWS: .*UnauthorizedOperation/],
    ['the console cannot be read', [refuse('GetConsoleOutput')], /^a call to AWS: .*UnauthorizedOperation/],
    ['the builder cannot be stopped', [refuse('StopInstances')], /^a call to AWS: StopInstances of i-\w+ failed: .*UnauthorizedOperation/],
    ['the answer to the stop is lost', [lose('StopInstances')], /^a call to AWS: .*socket hang up/],
    ['the AMI cannot be made', [refuse('CreateImage')], /^a call to AWS: CreateImage of i-\w+ failed: .*UnauthorizedOperation/],
    ['the answer about the AMI is lost', [lose('CreateImage')], /^a call to AWS: .*socket hang up/],
    ['the AMI cannot be looked at', [refuse('DescribeImages')], /^after making ami-\w+: DescribeImages failed: .*UnauthorizedOperation/],
    ['the snapshots cannot be tagged', [refuse('CreateTags')], /^after making ami-\w+: CreateTags of \S+ failed: .*UnauthorizedOperation/],
    ['the launch of the verifier is refused', [refuse('RunInstances', { skip: 1 })], /^launching the verifier: /],
    ['the answer to the launch of the verifier is lost, every time', [lose('RunInstances', { skip: 1, times: 99 })], /^launching the verifier: /],
    ['the AMI cannot be marked as verified', [refuse('CreateTags', { skip: 1 })], /^after making ami-.*UnauthorizedOperation/],
    ['ending is refused for a while', [refuse('GetConsoleOutput'), refuse('TerminateInstances', { times: 3 })], /^a call to AWS: /],
    ['machines are not listed for a while', [refuse('GetConsoleOutput'), refuse('DescribeInstances', { skip: 1, times: 3 })], /^a call to AWS: /],
  ])('when %s, no machine stays', async (_, faults, message) => {
    account = await createAccount(motoUrl ?? '', { pace: 5 });

    const failure = await failureOf(account, ...faults);

    expect(failure.message).toMatch(message);
    expect(failure.remedy).not.toBe('');
  });

  it.each<[string, 'builder' | 'verifier', readonly string[], RegExp]>([
    ['the builder says that it failed', 'builder', [`apt: no space left\n${word('failed: packages of Debian: exit 100 in line 70')}`], /^the builder i-\w+: packages of Debian: exit 100 in line 70$/],
    ['the builder never says a word', 'builder', [''], /^the builder i-\w+: it took too long, before its first word$/],
    ['the builder never ends', 'builder', [word('go 1.26.1')], /^the builder i-\w+: it took too long, last at "go 1.26.1"$/],
    ['the verifier finds something missing', 'verifier', [`missing: go 1.26.1\n${word('failed: 1 problems, the first: missing: go 1.26.1')}`], /^the verifier i-\w+: 1 problems, the first: missing: go 1.26.1$/],
    ['the verifier does not boot', 'verifier', [''], /^the verifier i-\w+: it took too long, before its first word$/],
  ])('when %s, no machine stays, and its console is shown', async (_, role, texts, message) => {
    account = await createAccount(motoUrl ?? '', { pace: 30 });
    account.console(role, ...texts);

    const failure = await failureOf(account);

    expect(failure.message).toMatch(message);
    expect(failure.consoleTail).toBe((texts[0] ?? '').replaceAll('\r', '').trimEnd());
    expect((await listOwnImages(account.world.ec2)).map(({ verifiedAt }) => verifiedAt)).toEqual(role === 'builder' ? [] : [undefined]);
  });

  it('when the AMI turns out broken, says so and leaves it to prune', async () => {
    const failure = await failureOf(account, { call: 'DescribeImages', effect: { kind: 'answer', change: (answer: { Images?: object[] }) => ({ Images: (answer.Images ?? []).map((image) => ({ ...image, State: 'failed' })) }) } });

    expect(failure).toMatchObject({ message: expect.stringMatching(/^the AMI ami-\w+: it is failed$/), remedy: expect.stringContaining('bake-ami:prune') });
  });

  it('says which machines it could not end, and how to', async () => {
    const failure = await failureOf(account, refuse('GetConsoleOutput'), refuse('TerminateInstances', { times: 99 }));

    const [left] = await account.living();
    expect(failure.message).toMatch(/^a call to AWS: .*; and its machines could not be ended \(TerminateInstances of i-\w+ failed: UnauthorizedOperation/);
    expect(failure.remedy).toContain(`aws ec2 terminate-instances --instance-ids ${left}`);
    await account.endAll();
  });

  it('interrupted by a person, ends its machines first', async () => {
    const controller = new AbortController();
    account = await createAccount(motoUrl ?? '', { stop: controller.signal });
    account.inject({ call: 'GetConsoleOutput', effect: { kind: 'answer', change: (answer: object) => (controller.abort(), answer) } });

    expect(await failureOf(account)).toMatchObject({ message: 'interrupted: somebody stopped it', remedy: 'its machines were ended: run it again' });
  });
});
