import { DescribeInstancesCommand, type Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import { callEc2, type CallTools } from './call.js';
import type { Market } from './pool.js';

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** A machine as EC2 shows it. Ended ones stay visible for about an hour, without subnet and addresses. */
export interface Instance {
  readonly instanceId: string;
  readonly state: InstanceState;
  /** Why it is in this state (`explainStateReason`); EC2 gives none for a running machine. */
  readonly stateReason: { readonly code: string; readonly message: string } | undefined;
  /** When it was told to stop or end, where EC2 says so. */
  readonly stateChangedAt: Date | undefined;
  readonly tags: { readonly [key: string]: string };
  readonly launchTime: Date;
  readonly instanceType: string;
  readonly market: Market;
  readonly imageId: string;
  readonly availabilityZone: string | undefined;
  readonly subnet: string | undefined;
  readonly privateDnsName: string | undefined;
}

export interface InstanceQuery {
  /** All of these tags with exactly these values; at least one. */
  readonly tags: { readonly [key: string]: string };
  /** All states by default, so that what ended can be told from what was never there. */
  readonly states?: readonly InstanceState[];
  readonly pageSize?: number;
}

/**
 * Reads all machines with these tags in one filtered, paginated DescribeInstances (unfiltered or unpaginated ones have
 * a lower request rate), or throws: a part of the list is never given out as the whole.
 *
 * A machine launched seconds ago may be missing: new ids are eventually consistent. Absence is no proof of an end for
 * machines younger than some minutes.
 */
export async function listInstances(query: InstanceQuery, tools: CallTools): Promise<readonly Instance[]> {
  const tags = Object.entries(query.tags);
  if (tags.length === 0) throw new RangeError('list needs at least one tag: without a filter it would show machines of others');
  const Filters = tags.map(([key, value]) => ({ Name: `tag:${key}`, Values: [escapeFilter(value)] }));
  if (query.states !== undefined) Filters.push({ Name: 'instance-state-name', Values: [...query.states] });
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeInstancesCommand({ Filters, MaxResults: query.pageSize ?? 1000, ...(NextToken !== undefined && { NextToken }) });
    const page = await callEc2('DescribeInstances', tools, (options) => tools.ec2.send(command, options));
    for (const instance of page.Reservations?.flatMap((reservation) => reservation.Instances ?? []) ?? []) found.push(toInstance(instance));
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return found;
}

/** In filter values `*` and `?` are wildcards, and a backslash takes that away (EC2 user guide, "Filter"). */
function escapeFilter(value: string): string {
  return value.replace(/[\\*?]/g, '\\$&');
}

function toInstance(instance: Ec2Instance): Instance {
  const { StateReason: reason } = instance;
  return {
    instanceId: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'pending',
    stateReason: reason?.Code === undefined || reason.Code === '' ? undefined : { code: reason.Code, message: reason.Message ?? '' },
    stateChangedAt: transitionTime(instance.StateTransitionReason),
    tags: Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    launchTime: instance.LaunchTime ?? new Date(0),
    instanceType: instance.InstanceType ?? '',
    market: instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    imageId: instance.ImageId ?? '',
    availabilityZone: instance.Placement?.AvailabilityZone,
    subnet: instance.SubnetId,
    privateDnsName: instance.PrivateDnsName === '' ? undefined : instance.PrivateDnsName,
  };
}

// "User initiated (2026-11-25 10:02:03 GMT)"
function transitionTime(text = ''): Date | undefined {
  const [, day, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(text) ?? [];
  return day === undefined ? undefined : new Date(`${day}T${time}Z`);
}
