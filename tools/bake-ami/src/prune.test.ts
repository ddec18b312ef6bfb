import { DeregisterImageCommand, DescribeSnapshotsCommand, RunInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { parseRunnerClasses } from '@tinqs/installation';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { listOwnImages, listOwnSnapshots } from './image-store.js';
import { prune } from './prune.js';
import { createAccount, type TestAccount } from './testing/account.js';
import { makeForeignImage, makeImages } from './testing/finished-images.js';

const motoUrl = inject('motoUrl');
const DAY_MS = 86_400_000;

describe.skipIf(motoUrl === undefined)("prune on moto (needs: pip install 'moto[server]==5.2.1')", () => {
  let account: TestAccount;
  /** `ami[3]` is the AMI of version 3. */
  let ami: readonly string[];
  const runnerAmi = 'ssm:/tinqs-ci/ami/x86_64';
  const left = async () => (await listOwnImages(account.world.ec2)).map(({ version }) => version).sort((a, b) => a - b);
  // Moto dates by the real clock.
  const later = () => ({ ...account.world, now: () => Date.now() + 2 * DAY_MS });
  const put = (Name: string, Value: string) => account.world.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));

  beforeEach(async () => {
    account = await createAccount(motoUrl ?? '');
    ami = ['', ...(await makeImages(account, [1, 2, 3, 4, 5, 6, 7]))];
    await put('/tinqs-ci/ami/x86_64', ami[5]!);
    await put('/tinqs-ci/ami/x86_64-previous', ami[4]!);
  });
  const classes = () => parseRunnerClasses(`go: { instanceTypes: [t3.small] }\ndocker: { instanceTypes: [t3.small] }\nrust: { instanceTypes: [t3.small], ami: ${ami[2]} }\nweb: { instanceTypes: [t3.small], ami: "ssm:/team/web" }\n`);

  it('keeps what a class, a pointer, the previous pointer or a machine means, and the newest; the rest goes with its snapshots', async () => {
    await put('/team/web', ami[1]!);
    await makeForeignImage(account, 'golden');
    const { Instances = [] } = await account.world.ec2.send(new RunInstancesCommand({ ImageId: ami[3], MinCount: 1, MaxCount: 1, InstanceType: 't3.small' }));
    await account.world.ec2.send(new StopInstancesCommand({ InstanceIds: [Instances[0]?.InstanceId ?? ''] }));

    const dry = await prune({ classes: classes(), runnerAmi, dryRun: true }, later());
    expect(await left()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const outcome = await prune({ classes: classes(), runnerAmi }, later());

    expect(await left()).toEqual([1, 2, 3, 4, 5, 7]);
    expect(outcome).toEqual({ ...dry, kind: 'pruned' });
    expect(outcome).toMatchObject({
      removed: [{ version: 6 }],
      keep: [
        { because: ['the newest'] },
        { because: ['classes go, docker (RUNNER_AMI=ssm:/tinqs-ci/ami/x86_64)', 'the pointer /tinqs-ci/ami/x86_64'] },
        { because: ['the pointer /tinqs-ci/ami/x86_64-previous'] },
        { because: [`machine ${Instances[0]?.InstanceId}`] },
        { because: [`class rust (${ami[2]})`] },
        { because: ['class web (ssm:/team/web)'] },
      ],
    });
    expect((await listOwnSnapshots(account.world.ec2)).map(({ imageId }) => imageId).sort()).toEqual([1, 2, 3, 4, 5, 7].map((version) => ami[version]).sort());
  });

  it.each<[string, (account: TestAccount) => void | Promise<unknown>, { runnerAmi?: string | undefined }, RegExp]>([
    ['a parameter of a class does not exist', () => undefined, {}, /^class web \(ssm:\/team\/web\): the parameter \/team\/web does not exist$/],
    ['a parameter holds no AMI id', () => put('/team/web', 'latest'), {}, /^class web \(ssm:\/team\/web\): expected an AMI id, got "latest"$/],
    ['RUNNER_AMI is not known', () => put('/team/web', ami[1]!), { runnerAmi: undefined }, /^classes go, docker: no ami of their own, and RUNNER_AMI is not set here/],
    ['the parameter store refuses', async () => (await put('/team/web', ami[1]!), account.injectSsm({ call: 'GetParameter', when: ({ Name }) => Name === '/tinqs-ci/ami/arm64-previous', effect: { kind: 'refuse', code: 'AccessDeniedException' } })), {}, /^the pointer \/tinqs-ci\/ami\/arm64-previous: GetParameter of \/tinqs-ci\/ami\/arm64-previous failed: .*AccessDeniedException/],
    ['the machines cannot be listed', async () => (await put('/team/web', ami[1]!), account.inject({ call: 'DescribeInstances', effect: { kind: 'refuse', code: 'UnauthorizedOperation' } })), {}, /^the machines of this account: DescribeInstances failed: .*UnauthorizedOperation/],
  ])('removes nothing at all while %s', async (_, prepare, change, sentence) => {
    await prepare(account);

    expect(await prune({ classes: classes(), runnerAmi, ...change }, later())).toEqual({ kind: 'refused', unresolved: [expect.stringMatching(sentence)] });
    expect(await left()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('leaves alone what is a day old at most: another bake may go on', async () => {
    await put('/team/web', ami[1]!);

    expect(await prune({ classes: classes(), runnerAmi }, { ...account.world, now: Date.now })).toMatchObject({ kind: 'pruned', removed: [], snapshots: [] });
  });

  it('cut short between an AMI and its snapshots, takes those the next time', async () => {
    await put('/team/web', ami[1]!);
    account.inject({ call: 'DeleteSnapshot', effect: { kind: 'refuse', code: 'RequestLimitExceeded' } });
    await expect(prune({ classes: classes(), runnerAmi }, later())).rejects.toThrow('RequestLimitExceeded');

    const outcome = await prune({ classes: classes(), runnerAmi }, later());

    expect(outcome).toMatchObject({ kind: 'pruned', removed: [{ version: 3 }] });
    expect((await listOwnSnapshots(account.world.ec2)).map(({ imageId }) => imageId).sort()).toEqual([1, 2, 4, 5, 7].map((version) => ami[version]).sort());
  });

  it('touches no snapshot that is not marked', async () => {
    await put('/team/web', ami[1]!);
    const foreign = await makeForeignImage(account, 'golden');
    await account.world.ec2.send(new DeregisterImageCommand({ ImageId: foreign }));
    const all = async () => ((await account.world.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots ?? []).length;
    const before = await all();

    const outcome = await prune({ classes: classes(), runnerAmi }, later());

    expect(outcome.kind === 'pruned' && outcome.snapshots.length).toBe(2);
    expect(await all()).toBe(before - 2);
  });
});
