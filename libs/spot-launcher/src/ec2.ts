import type { EC2Client } from '@aws-sdk/client-ec2';

/**
 * The part of the SDK's client that is used. Make it with `maxAttempts: 1`: EC2 answers `InsufficientInstanceCapacity`
 * with status 500, on which the SDK would spend its attempts in a pool that is known to be empty.
 */
export type Ec2 = Pick<EC2Client, 'send'>;
