import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapacityMemory } from './capacity-memory.js';
import { clientToken } from './client-token.js';
import { createFakeEc2, type Fate } from './fake-ec2.js';
import { LAUNCH_ERRORS } from './launch-errors.js';
import type { LaunchRequest } from './launch-request.js';
import { orderPools } from './pool-order.js';
import { listPools, poolKey, type Pool } from './pool.js';
import { createSpotLauncher } from './spot-launcher.js';
import { UserDataTooLargeError } from './user-data.js';

const subnets = ['subnet-a', 'subnet-b'];
const spotPools = listPools({ instanceTypes: ['t3.small', 't3a.small'], subnets, market: 'spot' });
const allPools = listPools({ instanceTypes: ['t3.small', 't3a.small'], subnets, market: 'spot-then-on-demand' });

function requestFor(pools: readonly Pool[] = allPools, changes: Partial<LaunchRequest> = {}): LaunchRequest {
  return { name: 'tinqs-ci-a-go-1', pools, imageId: 'ami-1', diskGiB: 20, securityGroups: ['sg-1'], userData: '#!/bin/sh\n', tags: { 'tinqs-ci': 'true' }, ...changes };
}

async function run(fates: readonly (Fate & { tookMs?: number })[], request = requestFor(), random: () => number = () => 0.5) {
  const fake = createFakeEc2(fates);
  const begun = fake.now().getTime();
  const outcome = await createSpotLauncher({ ...fake, random, launchRate: 'unlimited' }).launch(request);
  const triedPools = fake.calls.map((call) => `${call.InstanceType}/${call.SubnetId}/${call.InstanceMarketOptions?.MarketType ?? 'on-demand'}`);
  return { outcome, fake, triedPools, tookMs: fake.now().getTime() - begun };
}

const refuse = (code: string, status = 400): Fate => ({ kind: 'refuse', code, status });
const order = (pools: readonly Pool[], memory: CapacityMemory = []) => orderPools(pools, memory, new Date('2030-01-01T00:00:00Z'), 'tinqs-ci-a-go-1').map(poolKey);

describe('a launch', () => {
  it('launches in the first pool of its order and says where', async () => {
    const { outcome, fake } = await run([]);

    const [first] = order(allPools);
    expect(outcome).toMatchObject({ kind: 'launched', instanceId: 'i-0', availabilityZone: 'eu-west-1b', launchTime: fake.now(), tried: [] });
    expect(outcome.kind === 'launched' && poolKey(outcome.pool)).toBe(first);
    expect(fake.calls).toHaveLength(1);
  });

  it('begins in another pool under another name, so that machines asked for at once spread', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `tinqs-ci-a-go-${index}`);

    const firsts = await Promise.all(names.map(async (name) => (await run([], requestFor(allPools, { name }))).triedPools[0]));

    expect(new Set(firsts)).toEqual(new Set(spotPools.map(poolKey)));
  });

  it.each([
    ['InsufficientInstanceCapacity', 500],
    ['SpotMaxPriceTooLow', 400],
    ['Unsupported', 400],
  ])('goes on to the next pool after %s, and tells what refused', async (code, status) => {
    const { outcome, triedPools, tookMs } = await run([refuse(code, status), refuse(code, status)]);

    expect(triedPools).toEqual(order(allPools).slice(0, 3));
    expect(outcome).toMatchObject({ kind: 'launched', tried: [{ code }, { code }] });
    expect(tookMs).toBe(0);
  });

  it('goes on to another subnet where one has no address left', async () => {
    const { triedPools } = await run([refuse('InsufficientFreeAddressesInSubnet')]);

    const full = triedPools[0]?.split('/')[1];
    expect(triedPools[1]).toBe(order(allPools).find((key) => !key.includes(`/${full}/`)));
  });

  it('goes on to on-demand at once where the Spot quota is used up', async () => {
    const { outcome, triedPools } = await run([refuse('MaxSpotInstanceCountExceeded')]);

    expect(triedPools.map((key) => key.split('/')[2])).toEqual(['spot', 'on-demand']);
    expect(outcome).toMatchObject({ kind: 'launched', pool: { market: 'on-demand' } });
  });

  it.each([
    ['MaxSpotInstanceCountExceeded', spotPools, 'spot-quota'],
    ['VcpuLimitExceeded', listPools({ instanceTypes: ['t3.small', 't3a.small'], subnets, market: 'on-demand' }), 'on-demand-quota'],
  ] as const)('has no capacity after %s, asked once, where the class has no other market', async (code, pools, errorClass) => {
    const { outcome, fake } = await run([refuse(code)], requestFor(pools));

    expect(outcome).toMatchObject({ kind: 'no-capacity', tried: [{ code, class: errorClass }], sentence: expect.stringMatching(/^1 of 4 pools refused; at last: .*quota is used up .*Service Quotas/) });
    expect(fake.calls).toHaveLength(1);
  });

  it('has no capacity when every pool refused, each tried once', async () => {
    const { outcome, triedPools } = await run(Array<Fate>(20).fill(refuse('InsufficientInstanceCapacity', 500)));

    expect(triedPools).toEqual(order(allPools));
    expect(outcome.kind).toBe('no-capacity');
    expect(outcome.tried.map(({ pool, code }) => `${poolKey(pool)} ${code}`)).toEqual(order(allPools).map((key) => `${key} InsufficientInstanceCapacity`));
  });

  it('asks nobody when every pool rests, and says until when', async () => {
    const until = Date.parse('2030-01-01T00:03:00Z');
    const memory: CapacityMemory = [{ pool: { instanceType: '*', subnet: '*', market: 'spot' }, code: 'MaxSpotInstanceCountExceeded', failures: 1, until }];

    const { outcome, fake } = await run([], requestFor(spotPools, { memory }));

    expect(outcome).toEqual({ kind: 'no-capacity', tried: [], resting: spotPools.map((pool) => ({ pool, until })), sentence: 'all 4 pools refused lately and rest, the first until 2030-01-01T00:03:00.000Z' });
    expect(fake.calls).toEqual([]);
  });

  it.each([
    ['InvalidAMIID.NotFound', 'configuration', true],
    ['UnauthorizedOperation', 'permission', true],
    ['PendingVerification', 'account', true],
    ['VolumeLimitExceeded', 'volume-quota', false],
    ['ExpiredToken', 'credentials', false],
    ['SomethingNew', 'unrecognised', false],
    ['IdempotentInstanceTerminated', 'already-ended', false],
  ] as const)('ends at the first pool with %s (%s, permanent: %s)', async (code, errorClass, permanent) => {
    const { outcome, fake } = await run([refuse(code)]);

    expect(outcome).toMatchObject({ kind: 'refused', code, class: errorClass, permanent, sentence: expect.stringContaining(code), detail: `${code}, in the words of EC2` });
    expect(fake.calls).toHaveLength(1);
  });

  it('sends a throttled request again with growing pauses, and launches', async () => {
    const { outcome, fake, tookMs } = await run(Array<Fate>(3).fill(refuse('RequestLimitExceeded', 503)));

    expect(outcome).toMatchObject({ kind: 'launched', tried: [] });
    expect(new Set(fake.calls.map((call) => JSON.stringify(call))).size).toBe(1);
    expect(tookMs).toBe(0.5 * (500 + 1_000 + 2_000));
  });

  it.each([0, 0.5, 0.999])('gives up throttling within 35 s and says that nothing runs (jitter %d)', async (jitter) => {
    const { outcome, tookMs, fake } = await run(Array<Fate & { tookMs: number }>(500).fill({ ...refuse('RequestLimitExceeded', 503), tookMs: 100 }), requestFor(), () => jitter);

    expect(outcome).toMatchObject({ kind: 'refused', class: 'throttled', permanent: false });
    expect(tookMs).toBeLessThanOrEqual(35_000);
    expect(new Set(fake.calls.map((call) => call.ClientToken)).size).toBe(1);
  });

  it.each<readonly [string, readonly Fate[]]>([
    ['the answer was lost and the repeat is refused for want of capacity', [{ kind: 'lost-after' }, refuse('InsufficientInstanceCapacity', 500)]],
    ['the answer was lost and the repeat is refused for good', [{ kind: 'lost-after' }, refuse('InvalidAMIID.NotFound')]],
    ['the answer was lost, then throttled, then refused', [{ kind: 'lost-before' }, refuse('Throttling'), refuse('Unsupported')]],
    ['the first request was still under way when its repeat was refused', [{ kind: 'late' }, refuse('InsufficientInstanceCapacity', 500)]],
    ['the token was used with other parameters', [refuse('IdempotentParameterMismatch')]],
    ['EC2 says InternalError, then refuses', [refuse('InternalError', 500), refuse('InsufficientInstanceCapacity', 500)]],
  ])('is unknown, and tries no other pool, when %s', async (_, fates) => {
    const { outcome, fake, triedPools } = await run(fates);

    const [pool] = orderPools(allPools, [], fake.now(), 'tinqs-ci-a-go-1');
    expect(outcome).toMatchObject({ kind: 'unknown', pool, clientToken: clientToken('tinqs-ci-a-go-1', pool as Pool), cause: expect.any(Error), tried: [] });
    expect(outcome.kind === 'unknown' && outcome.sentence).toMatch(/^it is not known whether EC2 launched t3a?\.small \(spot\) in subnet-[ab]: .* look for the machine by its tags/);
    expect(new Set(triedPools).size).toBe(1);
  });

  it('is unknown when no answer ever comes, within 35 s', async () => {
    const { outcome, tookMs } = await run(Array<Fate & { tookMs: number }>(500).fill({ kind: 'lost-before', tookMs: 1_000 }));

    expect(outcome.kind).toBe('unknown');
    expect(tookMs).toBeGreaterThan(25_000);
    expect(tookMs).toBeLessThanOrEqual(35_000);
  });

  it('ends with what refused so far when the time is up before all pools were tried', async () => {
    const { outcome, triedPools, tookMs } = await run(Array<Fate & { tookMs: number }>(20).fill({ ...refuse('InsufficientInstanceCapacity', 500), tookMs: 8_500 }));

    expect(outcome).toMatchObject({ kind: 'no-capacity', tried: [{}, {}, {}, {}] });
    expect(triedPools).toHaveLength(4);
    expect(tookMs).toBe(34_000);
  });

  it('asks nothing after the deadline of its caller', async () => {
    const fake = createFakeEc2([{ ...refuse('InsufficientInstanceCapacity', 500), tookMs: 4_000 }]);
    const launcher = createSpotLauncher({ ...fake, launchRate: 'unlimited' });
    const deadline = (ms: number) => new Date(fake.now().getTime() + ms);

    const late = await launcher.launch(requestFor(allPools, { deadline: deadline(1_999) }));
    const cutShort = await launcher.launch(requestFor(allPools, { deadline: deadline(5_999) }));

    expect(late).toMatchObject({ kind: 'refused', code: 'LaunchTimeLimit', permanent: false });
    expect(cutShort).toMatchObject({ kind: 'no-capacity', tried: [{ code: 'InsufficientInstanceCapacity' }] });
    expect(fake.calls).toHaveLength(1);
  });

  it('is refused for now when its turn would come too late', async () => {
    const fake = createFakeEc2([]);
    const launcher = createSpotLauncher({ ...fake, sleep: async () => undefined, launchRate: { burst: 1, perSecond: 0.01 } });

    const [first, second] = await Promise.all([launcher.launch(requestFor(allPools, { name: 'one' })), launcher.launch(requestFor(allPools, { name: 'two' }))]);

    expect(first?.kind).toBe('launched');
    expect(second).toMatchObject({ kind: 'refused', code: 'LaunchTimeLimit', class: 'throttled', permanent: false });
    expect(fake.calls).toHaveLength(1);
  });

  it('throws before any call where the user data is too large or no pool is named', async () => {
    const fake = createFakeEc2([]);
    const launcher = createSpotLauncher(fake);
    const noise = randomBytes(20_000).toString('base64');

    await expect(launcher.launch(requestFor(allPools, { userData: noise }))).rejects.toThrow(UserDataTooLargeError);
    await expect(launcher.launch(requestFor([]))).rejects.toThrow('the launch of "tinqs-ci-a-go-1" names no pool');
    expect(fake.calls).toEqual([]);
  });
});

describe('any launch, whatever EC2 does', () => {
  const codes = Object.keys(LAUNCH_ERRORS).map((code) => code.replace('*', 'X'));
  const fate: fc.Arbitrary<Fate & { readonly tookMs: number }> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('lost-before' as const, 'lost-after' as const, 'late' as const), tookMs: fc.integer({ min: 0, max: 2_000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('launch' as const), tookMs: fc.integer({ min: 0, max: 2_000 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('refuse' as const), code: fc.constantFrom('InsufficientInstanceCapacity', 'RequestLimitExceeded', 'Unsupported'), status: fc.constantFrom(400, 500), tookMs: fc.integer({ min: 0, max: 2_000 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('refuse' as const), code: fc.constantFrom('SomethingNew', ...codes), status: fc.constantFrom(400, 403, 500, 503), tookMs: fc.integer({ min: 0, max: 2_000 }) }) },
  );
  const history = fc.record({ fates: fc.array(fate, { maxLength: 20 }), pools: fc.subarray([...allPools], { minLength: 1 }), jitter: fc.double({ min: 0, max: 0.999, noNaN: true }) });

  it('sends one and the same request under one client token, and tries each pool at most once', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ fates, pools, jitter }) => {
        const { fake, triedPools } = await run(fates, requestFor(pools), () => jitter);

        const requests = new Set(fake.calls.map((call) => JSON.stringify(call)));
        expect(requests.size).toBe(new Set(fake.calls.map((call) => call.ClientToken)).size);
        expect(triedPools.filter((key, index) => key !== triedPools[index - 1])).toHaveLength(requests.size);
      }),
    );
  });

  it('asks no second pool once an answer was lost, and so never makes a second machine', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ fates, pools, jitter }) => {
        const { fake, triedPools } = await run(fates, requestFor(pools), () => jitter);

        const lostAt = fake.calls.findIndex((_, index) => fates[index]?.kind.startsWith('lost') || fates[index]?.kind === 'late');
        if (lostAt >= 0) expect(new Set(triedPools.slice(lostAt)).size).toBe(1);
        expect(fake.machines().size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  it('tells the truth: a machine runs if it says so, none if it says that, and its time limit holds', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ fates, pools, jitter }) => {
        const { fake, outcome, tookMs } = await run(fates, requestFor(pools), () => jitter);

        const machines = [...fake.machines()];
        if (outcome.kind === 'launched') expect(machines).toEqual([[clientToken('tinqs-ci-a-go-1', outcome.pool), outcome.instanceId]]);
        else if (outcome.kind === 'unknown') expect(machines.every(([token]) => token === outcome.clientToken)).toBe(true);
        else if (outcome.kind !== 'refused' || outcome.class !== 'already-ended') expect(machines).toEqual([]);
        expect(tookMs).toBeLessThanOrEqual(35_000);
      }),
      { numRuns: 300 },
    );
  });
});
