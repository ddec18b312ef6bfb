import type { EC2Client } from '@aws-sdk/client-ec2';

/** The part of the SDK's client that is used. */
export type Ec2 = Pick<EC2Client, 'send'>;
