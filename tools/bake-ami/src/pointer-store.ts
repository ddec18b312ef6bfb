import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { codeOf, named } from './aws-call.js';
import type { Architecture } from './architecture.js';
import type { PointerName, Pointers } from './pointers.js';
import type { World } from './world.js';

type Ssm = World['ssm'];

/** `RUNNER_AMI=ssm:/tinqs-ci/ami/x86_64`: below `/tinqs-ci/`, which is what the dispatcher's role may read. */
export const pointerPath = (architecture: Architecture, pointer: PointerName = 'current'): string => `/tinqs-ci/ami/${architecture}${pointer === 'current' ? '' : '-previous'}`;

/** `undefined`: there is surely no such parameter. Anything else that is no answer is thrown. */
export async function readParameter(ssm: Ssm, name: string): Promise<string | undefined> {
  try {
    const { Parameter } = await named(`GetParameter of ${name}`, ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true })));
    if (Parameter?.Value === undefined) throw new Error(`the parameter ${name} has no value`);
    return Parameter.Value.trim();
  } catch (error) {
    if (codeOf(error) === 'ParameterNotFound') return undefined;
    throw error;
  }
}

export async function readPointers(ssm: Ssm, architecture: Architecture): Promise<Pointers> {
  return { current: await readParameter(ssm, pointerPath(architecture)), previous: await readParameter(ssm, pointerPath(architecture, 'previous')) };
}

export async function writePointer(ssm: Ssm, architecture: Architecture, pointer: PointerName, imageId: string): Promise<void> {
  const Name = pointerPath(architecture, pointer);
  const Description = pointer === 'current' ? 'tinqs-ci: what runners boot from' : 'tinqs-ci: what runners booted from before';
  await named(`PutParameter of ${Name}`, ssm.send(new PutParameterCommand({ Name, Value: imageId, Type: 'String', Overwrite: true, Description })));
}
