import { beforeEach, describe, expect, inject, it } from 'vitest';
import { readPointers } from './pointer-store.js';
import { promote, rollBack } from './promote.js';
import { createAccount, type TestAccount } from './testing/account.js';
import { makeForeignImage, makeImages } from './testing/finished-images.js';
import { removeImage } from './image-store.js';

const motoUrl = inject('motoUrl');
const architecture = 'x86_64';

describe.skipIf(motoUrl === undefined)("the pointer on moto (needs: pip install 'moto[server]==5.2.1')", () => {
  let account: TestAccount;
  let one: string;
  let two: string;
  beforeEach(async () => {
    account = await createAccount(motoUrl ?? '');
    [one = '', two = ''] = await makeImages(account, [1, 2]);
  });
  const pointers = () => readPointers(account.world.ssm, architecture);

  it('moves to the newest verified AMI, keeps the previous one, and goes back and forth', async () => {
    await makeImages(account, [3], { verified: false });
    await promote({ architecture, imageId: one }, account.world);

    expect(await promote({ architecture }, account.world)).toEqual({ kind: 'moved', pointer: '/tinqs-ci/ami/x86_64', from: one, to: two });
    expect(await pointers()).toEqual({ current: two, previous: one });
    expect((await promote({ architecture }, account.world)).kind).toBe('unchanged');

    expect(await rollBack({ architecture }, account.world)).toEqual({ kind: 'moved', pointer: '/tinqs-ci/ami/x86_64', from: two, to: one });
    expect(await pointers()).toEqual({ current: one, previous: two });
    await rollBack({ architecture }, account.world);
    expect(await pointers()).toEqual({ current: two, previous: one });
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['was not verified', async () => (await makeImages(account, [3], { verified: false }))[0]!, /^tinqs-ci-runner-v3 \(ami-\w+\) has not been verified: "npx nx run bake-ami:verify -- ami-\w+"$/],
    ["is somebody's own", () => makeForeignImage(account, 'golden'), /is none of this tool's AMIs here/],
    ['has its name and is not marked', () => makeForeignImage(account, 'tinqs-ci-runner-v9'), /is none of this tool's AMIs here/],
    ['does not exist', async () => 'ami-00000000', /is none of this tool's AMIs here/],
  ])('does not move to an AMI that %s', async (_, make, sentence) => {
    expect(await promote({ architecture, imageId: await make() }, account.world)).toEqual({ kind: 'refused', sentence: expect.stringMatching(sentence) });
    expect(await pointers()).toEqual({ current: undefined, previous: undefined });
  });

  it('does not move to an AMI of another architecture', async () => {
    expect(await promote({ architecture: 'arm64', imageId: one }, account.world)).toEqual({ kind: 'refused', sentence: expect.stringMatching(/is for x86_64: --arch x86_64$/) });
    expect(await promote({ architecture: 'arm64' }, account.world)).toEqual({ kind: 'refused', sentence: expect.stringContaining('no verified AMI for arm64') });
  });

  it('goes back to no AMI that is gone', async () => {
    await promote({ architecture, imageId: one }, account.world);
    await promote({ architecture, imageId: two }, account.world);
    await removeImage(account.world.ec2, { imageId: one, snapshotIds: [] });

    expect(await rollBack({ architecture }, account.world)).toEqual({ kind: 'refused', sentence: `${one}, which runners booted from before, is gone` });
    expect(await pointers()).toEqual({ current: two, previous: one });
  });

  it('cut short, is where it was, and moves when it is repeated', async () => {
    await promote({ architecture, imageId: one }, account.world);
    account.injectSsm({ call: 'PutParameter', skip: 1, effect: { kind: 'refuse', code: 'InternalServerError' } });

    await expect(promote({ architecture }, account.world)).rejects.toThrow('InternalServerError');
    expect(await pointers()).toEqual({ current: one, previous: one });
    await promote({ architecture }, account.world);
    expect(await pointers()).toEqual({ current: two, previous: one });
  });
});
