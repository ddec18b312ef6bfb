import { describe, expect, it } from 'vitest';
import { createFakeEc2, type Fate } from './fake-ec2.js';
import type { LaunchRequest } from './launch-request.js';
import { listPools } from './pool.js';
import { createSpotLauncher } from './spot-launcher.js';

const pools = listPools({ instanceTypes: ['t3.small'], subnets: ['subnet-a', 'subnet-b'], market: 'spot' });
const request: LaunchRequest = { name: 'rehearsal', pools, imageId: 'ami-1', diskGiB: 20, securityGroups: ['sg-1'], userData: '#!/bin/sh\n', tags: { 'tinqs-ci': 'true' } };
const refuse = (code: string, status = 400): Fate => ({ kind: 'refuse', code, status });

async function run(...fates: readonly Fate[]) {
  const fake = createFakeEc2(fates);
  const answer = createSpotLauncher({ ...fake, random: () => 0.5, launchRate: 'unlimited' }).rehearse(request);
  return { fake, answer: await answer.catch((error: unknown) => error as Error) };
}

describe('a rehearsal', () => {
  it('asks of every pool as a dry run, with all that a launch would have but its client token', async () => {
    const { fake, answer } = await run(refuse('DryRunOperation', 412), refuse('DryRunOperation', 412));

    expect(answer).toEqual(pools.map((pool) => ({ pool, refusal: null })));
    expect(fake.calls.map(({ DryRun, SubnetId, ImageId, ClientToken }) => ({ DryRun, SubnetId, ImageId, ClientToken }))).toEqual(['subnet-a', 'subnet-b'].map((SubnetId) => ({ DryRun: true, SubnetId, ImageId: 'ami-1', ClientToken: undefined })));
    expect(fake.machines().size).toBe(0);
  });

  it.each([
    ['InvalidAMIID.NotFound', 'the AMI does not exist in this region'],
    ['UnauthorizedOperation', 'the caller may not do this'],
    ['Unsupported', 'this zone does not offer this instance type so'],
    ['SomethingNew', 'EC2 refused with a code that is not known here'],
  ])('says of %s what it means and what helps, and goes on to the next pool', async (code, meaning) => {
    const { answer } = await run(refuse(code), refuse('DryRunOperation', 412));

    expect(answer).toMatchObject([{ refusal: { code, says: expect.stringContaining(meaning) as string, remedy: expect.any(String) as string, detail: `${code}, in the words of EC2` } }, { refusal: null }]);
  });

  it('asks again where EC2 is throttling or lost the answer', async () => {
    const { answer, fake } = await run(refuse('RequestLimitExceeded', 503), { kind: 'lost-before' }, refuse('DryRunOperation', 412), refuse('DryRunOperation', 412));

    expect(answer).toMatchObject([{ refusal: null }, { refusal: null }]);
    expect(fake.calls).toHaveLength(4);
  });

  it('is an error where EC2 does not answer at all', async () => {
    const { answer } = await run({ kind: 'lost-before' }, { kind: 'lost-before' }, { kind: 'lost-before' });

    expect(answer).toMatchObject({ name: 'Ec2CallError', message: 'RunInstances, as a dry run, failed: ECONNRESET: socket hang up' });
  });

  it('is an error where EC2 launches in spite of it', async () => {
    const { answer } = await run({ kind: 'launch' });

    expect(answer).toMatchObject({ message: 'EC2 took a dry run for a launch: it has to refuse one with DryRunOperation' });
  });
});
