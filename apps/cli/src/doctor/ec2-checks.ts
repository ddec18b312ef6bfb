import type { RunnerClass } from '@tinqs/fleet';
import { machineOf, type MachineSettings } from '@tinqs/installation';
import type { SpotLauncher } from '@tinqs/spot-launcher';
import { failed, ok, warning, type Check } from './check.js';

export interface Ec2Questions extends Pick<MachineSettings, 'ami' | 'subnets' | 'securityGroups' | 'instanceProfile'> {
  readonly launcher: Pick<SpotLauncher, 'describeImage' | 'describeSubnets' | 'rehearse'>;
  readonly readParameter: (name: string) => Promise<string>;
  readonly classes: readonly RunnerClass[];
  readonly maxRunners: number;
}

/** Everything that can be asked of EC2 without launching: images, subnets, and of each class whether it would launch. With the operator's rights, which are not the functions'. */
export async function checkEc2(questions: Ec2Questions): Promise<readonly Check[]> {
  const { classes } = questions;
  try {
    const settings = [...new Set(classes.map(({ ami }) => ami ?? questions.ami))];
    const images = new Map(await Promise.all(settings.map(async (setting) => [setting, await image(setting, questions)] as const)));
    const checks = [...[...images.values()].map(({ check }) => check), ...(await subnets(questions))];
    for (const runnerClass of classes) {
      const { imageId, rootDeviceName } = images.get(runnerClass.ami ?? questions.ami)!;
      if (imageId !== null) checks.push(await launch(runnerClass, imageId, rootDeviceName, questions));
    }
    return checks;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [failed('ec2', error.message, 'check AWS_REGION and the AWS credentials: aws sts get-caller-identity')];
  }
}

async function image(setting: string, { launcher, readParameter }: Ec2Questions): Promise<{ readonly check: Check; readonly imageId: string | null; readonly rootDeviceName?: string }> {
  let imageId = setting;
  if (setting.startsWith('ssm:')) {
    try {
      imageId = await readParameter(setting.slice('ssm:'.length));
    } catch (error) {
      return { imageId: null, check: failed('ami', `the parameter ${setting} cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'npx nx run bake-ami:bake, then bake-ami:promote') };
    }
  }
  const named = imageId === setting ? imageId : `${imageId} (${setting})`;
  const found = await launcher.describeImage(imageId);
  if (found === undefined) return { imageId: null, check: failed('ami', `AMI ${named} does not exist in this region, or is not this account's`, 'npx nx run bake-ami:bake, then bake-ami:promote') };
  const { architecture, available, rootDeviceName } = found;
  if (!available) return { imageId: null, check: failed('ami', `AMI ${named} is not available`, 'npx nx run bake-ami:bake, then bake-ami:promote') };
  return { imageId, rootDeviceName, check: ok('ami', `AMI ${named}${architecture === undefined ? '' : `, ${architecture}`}`) };
}

async function subnets({ launcher, subnets: ids, maxRunners }: Ec2Questions): Promise<readonly Check[]> {
  const found = await launcher.describeSubnets(ids);
  return ids.map((id) => {
    const subnet = found.find((each) => each.subnet === id);
    if (subnet === undefined) return failed('subnet', `subnet ${id} does not exist in this region`, 'set SUBNET to subnets of AWS_REGION');
    const { availabilityZone, freeAddresses, givesPublicAddresses } = subnet;
    const facts = `subnet ${id} in ${availabilityZone} has ${freeAddresses} free addresses${givesPublicAddresses ? '' : ' and gives no public ones (it needs a NAT gateway)'}`;
    return freeAddresses < maxRunners ? warning('subnet', `${facts}, MAX_RUNNERS is ${maxRunners}`, `set MAX_RUNNERS to ${freeAddresses}, or use a larger subnet`) : ok('subnet', facts);
  });
}

async function launch(runnerClass: RunnerClass, imageId: string, rootDeviceName: string | undefined, questions: Ec2Questions): Promise<Check> {
  const { id } = runnerClass;
  const answers = await questions.launcher.rehearse({
    name: `tinqs-ci-doctor-${id}`,
    ...machineOf(runnerClass, questions, true),
    imageId,
    ...(rootDeviceName === undefined ? {} : { rootDeviceName }),
    userData: '#!/bin/sh\n',
    tags: { 'tinqs-ci': 'true' },
  });
  const refused = answers.flatMap(({ refusal }) => (refusal === null ? [] : [refusal]));
  if (refused.length === 0) return ok('launch', `class ${id} would launch where there is capacity; pools asked: ${answers.length}`);
  const [first] = refused;
  const text = `class ${id} would not launch in ${refused.length} of ${answers.length} pools: ${[...new Set(refused.map(({ says, code }) => `${says} (${code})`))].join('; ')}`;
  return refused.length === answers.length ? failed('launch', text, first!.remedy) : warning('launch', text, first!.remedy);
}
