import type { LaunchErrorClass, PoolErrorClass } from './launch-errors.js';
import type { Pool } from './pool.js';

type Next = 'other-pool' | 'same-request' | 'end';

/**
 * What the launch does next: try another pool, send the same request again, or end.
 * `timeHeals` tells a refusal that passes (a quota, expired credentials) from one that only another configuration ends.
 */
export interface LaunchPolicy<Then extends Next = Next> {
  readonly next: Then;
  readonly timeHeals: boolean;
  readonly says: string;
  readonly remedy: string;
}

export const LAUNCH_POLICIES: { readonly [errorClass in LaunchErrorClass]: errorClass extends PoolErrorClass ? LaunchPolicy<'other-pool'> : LaunchPolicy<'same-request' | 'end'> } = {
  capacity: { next: 'other-pool', timeHeals: true, says: 'there is no capacity in this pool', remedy: 'add instance types or subnets, or allow on-demand' },
  price: { next: 'other-pool', timeHeals: true, says: 'the Spot price is above the price asked for', remedy: 'set no maximum price: it defaults to the on-demand price' },
  unsupported: { next: 'other-pool', timeHeals: true, says: 'this zone does not offer this instance type so', remedy: 'choose an instance type that the zones of the subnets offer' },
  'subnet-full': { next: 'other-pool', timeHeals: true, says: 'the subnet has no free address', remedy: 'use a larger subnet, or more of them' },
  'spot-quota': { next: 'other-pool', timeHeals: true, says: "the account's Spot quota is used up", remedy: 'ask AWS for more ("All Standard Spot Instance Requests" in Service Quotas, counted in vCPU), or allow on-demand' },
  'on-demand-quota': { next: 'other-pool', timeHeals: true, says: "the account's on-demand quota is used up", remedy: 'ask AWS for more ("Running On-Demand Standard instances" in Service Quotas, counted in vCPU)' },
  'volume-quota': { next: 'end', timeHeals: true, says: "the account's EBS quota is used up", remedy: 'delete unused volumes and snapshots, or ask AWS for more storage in Service Quotas' },
  throttled: { next: 'same-request', timeHeals: true, says: 'EC2 limits the rate of requests', remedy: 'wait, it is tried again later; if it lasts, find what else of this account calls EC2 so often' },
  'unknown-outcome': { next: 'same-request', timeHeals: true, says: 'EC2 gave no answer that says whether a machine runs', remedy: 'nothing: look for the machine by its tags' },
  'token-mismatch': { next: 'end', timeHeals: true, says: 'its client token was used with other parameters before', remedy: 'nothing: look for the machine by its tags, and never launch one name from two places' },
  'already-ended': { next: 'end', timeHeals: true, says: 'this launch was made before and its machine is over', remedy: 'nothing: launch under a new name' },
  configuration: { next: 'end', timeHeals: false, says: 'the request names something that does not exist or does not fit', remedy: 'check the AMI, subnets, security groups, instance profile and disk size, and that they are of this region' },
  permission: { next: 'end', timeHeals: false, says: 'the caller may not do this', remedy: 'allow ec2:RunInstances and ec2:CreateTags on what it launches, and iam:PassRole on the instance profile' },
  account: { next: 'end', timeHeals: false, says: 'AWS has not enabled this account for it', remedy: 'open the EC2 console of this account: it says what AWS waits for' },
  credentials: { next: 'end', timeHeals: true, says: 'the AWS credentials are missing or expired', remedy: 'renew the credentials; check that the clock is right' },
  'dry-run': { next: 'end', timeHeals: true, says: 'it was a dry run and would have succeeded', remedy: 'nothing' },
  unrecognised: { next: 'end', timeHeals: true, says: 'EC2 refused with a code that is not known here', remedy: 'look the code up in the EC2 API reference, "Error codes"' },
};

const WRONG_KEYS = { says: 'AWS does not accept the credentials', remedy: 'use an access key that exists, with its secret, and check that the clock is right' };

/** Codes whose cause is narrower than their class. */
const NARROWER: { readonly [code: string]: Pick<LaunchPolicy, 'says' | 'remedy'> } = {
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted': { says: 'the account has never used Spot, and the caller may not create its service-linked role', remedy: 'run once: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com' },
  AuthFailure: WRONG_KEYS,
  InvalidClientTokenId: WRONG_KEYS,
  SignatureDoesNotMatch: WRONG_KEYS,
  UnrecognizedClientException: WRONG_KEYS,
  'InvalidAMIID.NotFound': { says: 'the AMI does not exist in this region, or is not shared with this account', remedy: 'check the AMI id and the region' },
  'InvalidSubnetID.NotFound': { says: 'the subnet does not exist in this region', remedy: 'check the subnet ids and the region' },
  'InvalidGroup.NotFound': { says: 'the security group does not exist in the VPC of the subnet', remedy: 'use security groups of the same VPC as the subnets' },
};

export function concernsPool(errorClass: LaunchErrorClass): errorClass is PoolErrorClass {
  return LAUNCH_POLICIES[errorClass].next === 'other-pool';
}

/** What a refusal means anywhere, and what helps; narrower than its class where its code is. */
export function meaningOf(code: string, errorClass: LaunchErrorClass): Pick<LaunchPolicy, 'says' | 'remedy'> {
  const { says, remedy } = NARROWER[code] ?? LAUNCH_POLICIES[errorClass];
  return { says, remedy };
}

/** For a person: what happened and why, and what helps. Never holds anything of the request but the pool. */
export function explainRefusal(pool: Pool, code: string, errorClass: LaunchErrorClass): { readonly reason: string; readonly remedy: string } {
  const { says, remedy } = meaningOf(code, errorClass);
  const what = `${pool.instanceType} (${pool.market}) in ${pool.subnet}`;
  const happened = errorClass === 'unknown-outcome' ? `it is not known whether EC2 launched ${what}` : `EC2 did not launch ${what}`;
  return { reason: `${happened}: ${says} (${code})`, remedy };
}

/** The same in one sentence. */
export function sayRefusal(pool: Pool, code: string, errorClass: LaunchErrorClass): string {
  const { reason, remedy } = explainRefusal(pool, code, errorClass);
  return `${reason}; to mend it: ${remedy}`;
}
