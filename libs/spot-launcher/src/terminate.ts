import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { Ec2CallError } from './call-error.js';
import { callEc2, type CallTools } from './call.js';

export interface TerminateOptions {
  /** For a machine that hangs in `shutting-down`: after its own time limit EC2 ends it without flushing file systems. */
  readonly force?: boolean;
  /** Does not wait for the operating system at all. */
  readonly skipOsShutdown?: boolean;
}

export type TerminateOutcome =
  | { readonly kind: 'ending' }
  | { readonly kind: 'terminated' }
  /** EC2 knows no such id: gone for an hour or more, or so young that not all of EC2 knows it. Judge by its age. */
  | { readonly kind: 'not-found' };

/** Ends one machine; may be repeated. Always one id per call: one unknown id refuses a whole batch. */
export async function terminateInstance(instanceId: string, options: TerminateOptions, tools: CallTools): Promise<TerminateOutcome> {
  const command = new TerminateInstancesCommand({
    InstanceIds: [instanceId],
    ...(options.force !== undefined && { Force: options.force }),
    ...(options.skipOsShutdown !== undefined && { SkipOsShutdown: options.skipOsShutdown }),
  });
  try {
    const answer = await callEc2(`TerminateInstances of ${instanceId}`, tools, (sending) => tools.ec2.send(command, sending));
    return { kind: answer.TerminatingInstances?.[0]?.CurrentState?.Name === 'terminated' ? 'terminated' : 'ending' };
  } catch (error) {
    if (error instanceof Ec2CallError && error.code === 'InvalidInstanceID.NotFound') return { kind: 'not-found' };
    throw error;
  }
}
