import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { classifyLaunchError, errorCode, LAUNCH_ERRORS, type LaunchErrorClass } from './launch-errors.js';
import { LAUNCH_POLICIES, sayRefusal } from './launch-policy.js';

const pool = { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' } as const;

function refusedBy(code: string, status: number): Error {
  return new EC2ServiceException({ name: code, message: `${code} (as EC2 says it)`, $fault: status >= 500 ? 'server' : 'client', $metadata: { httpStatusCode: status } });
}

/** code, HTTP status as EC2 sends it, class, why. */
const rows: readonly (readonly [string, number, LaunchErrorClass, string])[] = [
  ['InsufficientInstanceCapacity', 500, 'capacity', 'a server error by status, yet nothing was launched: the code decides'],
  ['InsufficientCapacity', 400, 'capacity', 'the same, of hosts and fleets'],
  ['InsufficientHostCapacity', 400, 'capacity', 'no dedicated host'],
  ['InsufficientCapacityOnHost', 400, 'capacity', 'the dedicated host is full'],
  ['UnfulfillableCapacity', 400, 'capacity', 'fleets say it so'],
  ['capacity-not-available', 400, 'capacity', 'a Spot request says it so'],
  ['SpotMaxPriceTooLow', 400, 'price', 'another pool may cost less'],
  ['Unsupported', 400, 'unsupported', 'this zone lacks the type or the feature'],
  ['InvalidInstanceType', 400, 'unsupported', 'another type of the class may exist'],
  ['InstanceTypeNotSupportedInAvailabilityZone', 400, 'unsupported', 'a family of codes, by its beginning'],
  ['InsufficientFreeAddressesInSubnet', 400, 'subnet-full', 'another subnet may have addresses'],
  ['MaxSpotInstanceCountExceeded', 400, 'spot-quota', 'the quota counts vCPU of all Spot machines'],
  ['MaxSpotFleetRequestCountExceeded', 400, 'spot-quota', 'the same, of fleets'],
  ['TargetCapacityLimitExceededException', 400, 'spot-quota', 'the same, of fleets'],
  ['VcpuLimitExceeded', 400, 'on-demand-quota', 'the quota counts vCPU'],
  ['InstanceLimitExceeded', 400, 'on-demand-quota', 'older accounts count machines'],
  ['ResourceLimitExceeded', 400, 'on-demand-quota', 'newer name of the same'],
  ['VolumeLimitExceeded', 400, 'volume-quota', 'no other pool has another EBS quota'],
  ['MaxIOPSLimitExceeded', 400, 'volume-quota', 'no other pool has another EBS quota'],
  ['RequestLimitExceeded', 503, 'throttled', 'definitely not launched, but ask again'],
  ['Throttling', 400, 'throttled', 'as other services say it'],
  ['ThrottlingException', 400, 'throttled', 'by its beginning'],
  ['EC2ThrottledException', 400, 'throttled', 'as services before EC2 say it'],
  ['TooManyRequestsException', 429, 'throttled', 'by its beginning'],
  ['InternalError', 500, 'unknown-outcome', 'a machine may run'],
  ['InternalFailure', 500, 'unknown-outcome', 'a machine may run'],
  ['ServiceUnavailable', 503, 'unknown-outcome', 'a machine may run'],
  ['Unavailable', 503, 'unknown-outcome', 'a machine may run'],
  ['RequestTimeout', 408, 'unknown-outcome', 'a machine may run'],
  ['IdempotentParameterMismatch', 400, 'token-mismatch', 'some machine was launched under this token'],
  ['IdempotentInstanceTerminated', 400, 'already-ended', 'the machine of this token is over'],
  ['InvalidAMIID.NotFound', 400, 'configuration', 'deregistered, or of another region'],
  ['InvalidAMIID.Malformed', 400, 'configuration', 'by its beginning'],
  ['InvalidAMIID.Unavailable', 400, 'configuration', 'by its beginning'],
  ['InvalidSubnetID.NotFound', 400, 'configuration', 'deleted, or of another region'],
  ['InvalidGroup.NotFound', 400, 'configuration', 'deleted, or of another VPC'],
  ['InvalidParameterValue', 400, 'configuration', 'by its beginning'],
  ['InvalidParameterCombination', 400, 'configuration', 'by its beginning'],
  ['InvalidParameter', 400, 'configuration', 'the bare beginning'],
  ['InvalidBlockDeviceMapping', 400, 'configuration', 'a disk smaller than the AMI, say'],
  ['InvalidUserData.Malformed', 400, 'configuration', 'not base64, or too long'],
  ['MissingParameter', 400, 'configuration', 'no default VPC, say'],
  ['InvalidLaunchTemplateId.NotFound', 400, 'configuration', 'by its beginning'],
  ['UnauthorizedOperation', 403, 'permission', 'also when iam:PassRole is missing'],
  ['AuthFailure', 401, 'permission', 'wrong keys'],
  ['AuthFailure.ServiceLinkedRoleCreationNotPermitted', 403, 'permission', 'first Spot use ever of this account'],
  ['InvalidClientTokenId', 403, 'permission', 'the access key does not exist'],
  ['SignatureDoesNotMatch', 403, 'permission', 'the secret key is wrong'],
  ['UnrecognizedClientException', 400, 'permission', 'as newer services say it'],
  ['OptInRequired', 401, 'account', 'the account is not subscribed'],
  ['PendingVerification', 400, 'account', 'AWS still checks the account'],
  ['Blocked', 403, 'account', 'AWS has blocked the account'],
  ['ExpiredToken', 400, 'credentials', 'new credentials come by themselves'],
  ['ExpiredTokenException', 400, 'credentials', 'by its beginning'],
  ['RequestExpired', 400, 'credentials', 'the clock is wrong, or the request waited too long'],
  ['CredentialsProviderError', 0, 'credentials', 'thrown before anything was sent'],
  ['TokenProviderError', 0, 'credentials', 'thrown before anything was sent'],
  ['DryRunOperation', 412, 'dry-run', 'the answer to a dry run that would have worked'],
];

describe('classifyLaunchError', () => {
  it.each(rows)('%s (%i) is %s: %s', (code, status, errorClass) => {
    expect(classifyLaunchError(refusedBy(code, status))).toBe(errorClass);
  });

  it('has a row here for every entry of the table', () => {
    const untested = Object.keys(LAUNCH_ERRORS).filter((entry) => !rows.some(([code]) => (entry.endsWith('*') ? code.startsWith(entry.slice(0, -1)) : code === entry)));

    expect(untested).toEqual([]);
  });

  it.each<readonly [string, unknown, LaunchErrorClass]>([
    ['a refusal with a code nobody knows', refusedBy('SomethingNew', 400), 'unrecognised'],
    ['too many requests without a known code', refusedBy('SlowDown', 429), 'throttled'],
    ['a server error without a known code', refusedBy('SomethingBroke', 500), 'unknown-outcome'],
    ['a time-out of EC2 without a known code', refusedBy('SomethingSlow', 408), 'unknown-outcome'],
    ['a redirect', refusedBy('Moved', 307), 'unknown-outcome'],
    ['an answer of 200 that cannot be parsed', refusedBy('SyntaxError', 200), 'unknown-outcome'],
    ['a connection that was reset', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 'unknown-outcome'],
    ['an attempt that was given up', new DOMException('signal timed out', 'TimeoutError'), 'unknown-outcome'],
    ['an abort', Object.assign(new Error('Request aborted'), { name: 'AbortError' }), 'unknown-outcome'],
    ['nothing that is an error', undefined, 'unknown-outcome'],
    ['a code with its old prefix', refusedBy('Server.InsufficientInstanceCapacity', 500), 'capacity'],
  ])('takes %s for %s', (_, error, errorClass) => {
    expect(classifyLaunchError(error)).toBe(errorClass);
  });
});

describe('errorCode', () => {
  it.each([
    [refusedBy('InvalidAMIID.NotFound', 400), 'InvalidAMIID.NotFound'],
    [refusedBy('Client.InvalidAMIID.NotFound', 400), 'InvalidAMIID.NotFound'],
    [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [Object.assign(new Error('late'), { name: 'TimeoutError' }), 'TimeoutError'],
    [new Error('no code'), 'Error'],
    ['text', 'Error'],
  ])('names %s', (error, code) => {
    expect(errorCode(error)).toBe(code);
  });
});

describe('sayRefusal', () => {
  it.each(Object.keys(LAUNCH_POLICIES) as LaunchErrorClass[])('has a reason and a remedy for class %s', (errorClass) => {
    const sentence = sayRefusal(pool, 'SomeCode', errorClass);

    expect(sentence).toMatch(/t3\.small \(spot\) in subnet-a: .{8,} \(SomeCode\); to mend it: .{6,}/);
  });

  it('names the command for an account that has never used Spot', () => {
    expect(sayRefusal(pool, 'AuthFailure.ServiceLinkedRoleCreationNotPermitted', 'permission')).toContain('create-service-linked-role');
  });

  it.each([
    ['configuration', false],
    ['permission', false],
    ['account', false],
    ['capacity', true],
    ['spot-quota', true],
    ['volume-quota', true],
    ['credentials', true],
    ['unrecognised', true],
  ] as const)('%s passes with time: %s', (errorClass, timeHeals) => {
    expect(LAUNCH_POLICIES[errorClass].timeHeals).toBe(timeHeals);
  });
});
