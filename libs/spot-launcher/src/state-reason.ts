/**
 * Why a machine ended: taken back by Spot, not started for want of capacity, a fault of its host, powered off from
 * inside, ended by a call, a limit or fault of the account's disks, or nothing known.
 */
export type EndCause = 'spot' | 'capacity' | 'host' | 'self' | 'call' | 'volume-quota' | 'disk-key' | 'snapshot' | 'unknown';

/** `StateReason.Code` of DescribeInstances (EC2 API reference, "StateReason"). */
const CAUSES: { readonly [code: string]: readonly [EndCause, string] } = {
  'Server.SpotInstanceTermination': ['spot', 'EC2 took the Spot machine back'],
  'Server.SpotInstanceShutdown': ['spot', 'EC2 stopped the Spot machine'],
  'Server.InsufficientInstanceCapacity': ['capacity', 'EC2 had no capacity after all'],
  'Server.InternalError': ['host', 'an error inside EC2 ended the machine'],
  'Server.ScheduledStop': ['host', 'EC2 retired the host of the machine'],
  'Client.InstanceInitiatedShutdown': ['self', 'the machine powered itself off'],
  'Client.UserInitiatedShutdown': ['call', 'the machine was ended through the EC2 API'],
  'Client.VolumeLimitExceeded': ['volume-quota', "the account's EBS quota is used up: the machine got no disk"],
  'Client.InternalError': ['disk-key', 'the disk could not be attached: usually the caller may not use the KMS key it is encrypted with'],
  'Client.InvalidSnapshot.NotFound': ['snapshot', 'a snapshot of the AMI does not exist'],
};

/** Names the cause behind a machine's state reason, and says it in a sentence with the code. */
export function explainStateReason(code: string): { readonly cause: EndCause; readonly sentence: string } {
  const [cause, says] = CAUSES[code] ?? ['unknown', 'the machine ended for a reason that is not known here'];
  return { cause, sentence: `${says} (${code})` };
}
