import type { Moto } from './moto.js';

/** A machine with these tags, as somebody launched it; answers with its id. */
export async function machineWith(moto: Moto, ami: string, tags: Readonly<Record<string, string>>): Promise<string> {
  const fields = Object.entries(tags).flatMap(([key, value], index) => [[`TagSpecification.1.Tag.${index + 1}.Key`, key], [`TagSpecification.1.Tag.${index + 1}.Value`, value]]);
  return idIn(await moto.ec2('RunInstances', { MinCount: '1', MaxCount: '1', ImageId: ami, InstanceType: 't3.small', 'TagSpecification.1.ResourceType': 'instance', ...Object.fromEntries(fields) }));
}

export async function installationOf(moto: Moto, instanceId: string): Promise<string | undefined> {
  return /<key>tinqs-ci:installation<\/key>\s*<value>([^<]*)/.exec(await moto.ec2('DescribeInstances', { 'InstanceId.1': instanceId }))?.[1];
}

export async function stateOf(moto: Moto, instanceId: string): Promise<string> {
  return /<instanceState>[\s\S]*?<name>([^<]*)/.exec(await moto.ec2('DescribeInstances', { 'InstanceId.1': instanceId }))?.[1] ?? '?';
}

/** The first instance id of an answer. */
export function idIn(answer: string): string {
  return /<instanceId>(i-[0-9a-f]+)/.exec(answer)![1]!;
}
