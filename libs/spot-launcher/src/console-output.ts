import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import { Ec2CallError } from './call-error.js';
import { callEc2, type CallTools } from './call.js';

export interface ConsoleOutput {
  /** The last 64 KiB. May lag by minutes, and holds whatever the machine printed: treat it as untrusted text. */
  readonly text: string;
  readonly at: Date | undefined;
}

/**
 * Reads the serial console; `undefined` where EC2 has none (yet), or knows no such machine. Without `latest` EC2 shows
 * what it kept after the last boot or end; with it, the present (instance types of the Nitro system only).
 */
export async function readConsole(instanceId: string, options: { readonly latest?: boolean }, tools: CallTools): Promise<ConsoleOutput | undefined> {
  const command = new GetConsoleOutputCommand({ InstanceId: instanceId, ...(options.latest !== undefined && { Latest: options.latest }) });
  try {
    const answer = await callEc2(`GetConsoleOutput of ${instanceId}`, tools, (sending) => tools.ec2.send(command, sending));
    if (answer.Output === undefined || answer.Output === '') return undefined;
    return { text: Buffer.from(answer.Output, 'base64').toString('utf8'), at: answer.Timestamp };
  } catch (error) {
    if (error instanceof Ec2CallError && error.code === 'InvalidInstanceID.NotFound') return undefined;
    throw error;
  }
}
