import { describe, expect, it } from 'vitest';
import { errorDetail } from './error-detail.js';
import type { Ec2 } from './ec2.js';
import { refusedBy } from './fake-ec2.js';
import { createSpotLauncher } from './spot-launcher.js';
import { explainStateReason, type EndCause } from './state-reason.js';

const now = () => new Date('2030-01-01T00:00:00Z');

/** Answers one call after the other, and keeps what was asked. */
function answering(...answers: readonly object[]) {
  const asked: object[] = [];
  const send = async (command: { readonly input: object }) => {
    asked.push(command.input);
    const answer = answers[asked.length - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, launcher: createSpotLauncher({ ec2: { send } as unknown as Ec2, now, sleep: async () => undefined }) };
}

const machine = (id: string, more: object = {}) => ({ Reservations: [{ Instances: [{ InstanceId: id, State: { Name: 'running' }, ...more }] }] });

describe('list', () => {
  it('reads page after page, and asks for the whole page it may have', async () => {
    const { launcher, asked } = answering({ ...machine('i-1'), NextToken: 'more' }, { Reservations: [], NextToken: 'last' }, { ...machine('i-2'), NextToken: '' });

    const listed = await launcher.list({ tags: { 'tinqs-ci': 'true' } });

    expect(listed.map((instance) => instance.instanceId)).toEqual(['i-1', 'i-2']);
    expect(asked).toMatchObject([{ MaxResults: 1000 }, { NextToken: 'more' }, { NextToken: 'last' }]);
  });

  it('gives no part of a list when a later page fails', async () => {
    const { launcher } = answering({ ...machine('i-1'), NextToken: 'more' }, refusedBy('UnauthorizedOperation', 403));

    await expect(launcher.list({ tags: { 'tinqs-ci': 'true' } })).rejects.toThrow('DescribeInstances failed: UnauthorizedOperation');
  });

  it('takes a tag value literally, though filters have wildcards', async () => {
    const { launcher, asked } = answering({});

    await launcher.list({ tags: { name: 'a*b?c\\d' } });

    expect(asked).toMatchObject([{ Filters: [{ Name: 'tag:name', Values: ['a\\*b\\?c\\\\d'] }] }]);
  });

  it('refuses to list without a tag', async () => {
    const { launcher, asked } = answering({});

    await expect(launcher.list({ tags: {} })).rejects.toThrow('list needs at least one tag');
    expect(asked).toEqual([]);
  });

  it.each([
    ['User initiated (2026-11-25 10:02:03 GMT)', '2026-11-25T10:02:03.000Z'],
    ['User initiated (2026-11-25 10:02:03 UTC)', '2026-11-25T10:02:03.000Z'],
    ['Server.SpotInstanceTermination', undefined],
    ['', undefined],
  ])('reads from "%s" that the state changed at %s', async (StateTransitionReason, time) => {
    const { launcher } = answering(machine('i-1', { StateTransitionReason }));

    const [instance] = await launcher.list({ tags: { 'tinqs-ci': 'true' } });

    expect(instance?.stateChangedAt?.toISOString()).toBe(time);
  });
});

describe('a call other than a launch', () => {
  it.each([
    ['RequestLimitExceeded', 503, 3],
    ['InternalError', 500, 3],
    ['UnauthorizedOperation', 403, 1],
    ['InvalidParameterValue', 400, 1],
  ])('refused with %s (%i) is tried %i times', async (code, status, times) => {
    const { launcher, asked } = answering(...Array.from({ length: 5 }, () => refusedBy(code, status)));

    await expect(launcher.terminate('i-1')).rejects.toThrow(`TerminateInstances of i-1 failed: ${code}`);
    expect(asked).toHaveLength(times);
  });

  it('succeeds where a repeat does', async () => {
    const { launcher } = answering(refusedBy('Unavailable', 503), { TerminatingInstances: [{ CurrentState: { Name: 'shutting-down' } }] });

    expect(await launcher.terminate('i-1')).toEqual({ kind: 'ending' });
  });

  it('finds no machine under an id that EC2 does not know', async () => {
    expect(await answering(refusedBy('InvalidInstanceID.NotFound')).launcher.terminate('i-1')).toEqual({ kind: 'not-found' });
  });
});

describe('spotPrices', () => {
  it('keeps the newest price of each type and zone over all pages, and what has no number is no price', async () => {
    const price = (AvailabilityZone: string, SpotPrice: string, hour: number) => ({ InstanceType: 't3.small', AvailabilityZone, SpotPrice, Timestamp: new Date(Date.UTC(2029, 11, 31, hour)) });
    const { launcher } = answering({ SpotPriceHistory: [price('a', '0.007', 2), price('a', '0.006', 1), price('b', 'none', 1)], NextToken: 'more' }, { SpotPriceHistory: [price('a', '0.005', 0), price('b', '0.008', 3)] });

    expect((await launcher.spotPrices(['t3.small'])).map((each) => [each.availabilityZone, each.pricePerHour])).toEqual([['a', 0.007], ['b', 0.008]]);
  });

  it('asks nothing about no types: EC2 would answer with all', async () => {
    const { launcher, asked } = answering();

    expect(await launcher.spotPrices([])).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('describeImage', () => {
  it.each([
    ['one that may be launched', { Images: [{ ImageId: 'ami-1', RootDeviceName: '/dev/xvda', Architecture: 'arm64', State: 'available' }] }, { imageId: 'ami-1', rootDeviceName: '/dev/xvda', architecture: 'arm64', available: true }],
    ['one that is still being made', { Images: [{ ImageId: 'ami-1', RootDeviceName: '/dev/xvda', Architecture: 'x86_64', State: 'pending' }] }, { imageId: 'ami-1', rootDeviceName: '/dev/xvda', architecture: 'x86_64', available: false }],
    ['none in an empty answer', { Images: [] }, undefined],
    ['none where the id is malformed', refusedBy('InvalidAMIID.Malformed'), undefined],
  ])('shows %s', async (_, answer, image) => {
    expect(await answering(answer).launcher.describeImage('ami-1')).toEqual(image);
  });

  it('throws what is no answer about the AMI', async () => {
    await expect(answering(refusedBy('UnauthorizedOperation', 403)).launcher.describeImage('ami-1')).rejects.toThrow('DescribeImages of ami-1 failed: UnauthorizedOperation');
  });
});

describe('console', () => {
  it('has nothing where EC2 has kept nothing yet', async () => {
    expect(await answering({ InstanceId: 'i-1' }).launcher.console('i-1')).toBeUndefined();
    expect(await answering({ InstanceId: 'i-1', Output: '' }).launcher.console('i-1')).toBeUndefined();
  });
});

describe('explainStateReason', () => {
  it.each<readonly [string, EndCause]>([
    ['Server.SpotInstanceTermination', 'spot'],
    ['Server.SpotInstanceShutdown', 'spot'],
    ['Server.InsufficientInstanceCapacity', 'capacity'],
    ['Server.InternalError', 'host'],
    ['Server.ScheduledStop', 'host'],
    ['Client.InstanceInitiatedShutdown', 'self'],
    ['Client.UserInitiatedShutdown', 'call'],
    ['Client.VolumeLimitExceeded', 'volume-quota'],
    ['Client.InternalError', 'disk-key'],
    ['Client.InvalidSnapshot.NotFound', 'snapshot'],
    ['Client.SomethingNew', 'unknown'],
  ])('%s: %s', (code, cause) => {
    const explained = explainStateReason(code);

    expect(explained.cause).toBe(cause);
    expect(explained.sentence).toMatch(new RegExp(`^.{15,} \\(${code}\\)$`));
  });
});

describe('errorDetail', () => {
  it.each([
    ['a plain message', new Error('The image id does not exist'), 'The image id does not exist'],
    ['a message of several lines as one', new Error('one\r\ntwo\u2028three\u0000four'), 'one two three four'],
    ['no more than 300 characters', new Error('x'.repeat(500)), 'x'.repeat(300)],
    ['nothing of an encoded blob', new Error('Not allowed. Encoded authorization failure message: AbCd'), 'Not allowed.'],
    ['nothing where there is no message', { code: 'X' }, ''],
  ])('gives %s', (_, error, detail) => {
    expect(errorDetail(error)).toBe(detail);
  });

  it('says nothing rather than repeat user data, which holds a credential', () => {
    const userData = Buffer.from('#!/bin/sh\nTOKEN=planted-secret\n').toString('base64');

    expect(errorDetail(new Error(`Value (${userData}) for parameter userData is invalid`), userData)).toBe('');
  });
});
