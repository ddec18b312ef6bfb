import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { named } from './aws-call.js';
import type { World } from './world.js';

/** A sentence for each of these groups that lets somebody in: nobody has to reach a machine that makes or tries an AMI. */
export async function openGroups(ec2: World['ec2'], ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const { SecurityGroups = [] } = await named(`DescribeSecurityGroups of ${ids.join(', ')}`, ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [...ids] })));
  return SecurityGroups.flatMap(({ GroupId, IpPermissions = [] }) => (IpPermissions.length === 0 ? [] : [`SECURITY_GROUP: ${GroupId} has inbound rules, and nothing needs to reach these machines: name a group without`]));
}
