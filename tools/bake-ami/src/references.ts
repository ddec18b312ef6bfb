import type { RunnerClass } from '@tinqs/fleet';
import { ARCHITECTURES } from './architecture.js';
import { sentenceOf } from './bake-failure.js';
import { listUsers } from './image-store.js';
import type { OwnImage } from './own-image.js';
import { pointerPath, readParameter } from './pointer-store.js';
import type { Reference } from './prune-decision.js';
import type { World } from './world.js';

type Target = Reference['target'];

export interface ReferenceSources {
  readonly classes: readonly RunnerClass[];
  /** `RUNNER_AMI`, as the dispatcher is deployed with: what classes without `ami` boot from. */
  readonly runnerAmi: string | undefined;
  readonly images: readonly OwnImage[];
}

/** Resolves everything that may mean one of this tool's AMIs. It throws nothing: what gives no answer is an unresolved reference. */
export async function readReferences({ classes, runnerAmi, images }: ReferenceSources, { ec2, ssm }: Pick<World, 'ec2' | 'ssm'>): Promise<readonly Reference[]> {
  const resolve = async (ami: string): Promise<Target> => {
    if (!ami.startsWith('ssm:')) return asImage(ami);
    const name = ami.slice('ssm:'.length);
    return orUnresolved(async () => {
      const value = await readParameter(ssm, name);
      return value === undefined ? { kind: 'unresolved', why: `the parameter ${name} does not exist` } : asImage(value);
    });
  };
  // Most classes have no AMI of their own: what they share is asked and named once.
  const ofClasses = [...new Set(classes.map(({ ami }) => ami))].map(async (ami): Promise<Reference> => {
    const group = classes.filter((each) => each.ami === ami);
    const who = `${group.length === 1 ? 'class' : 'classes'} ${group.map(({ id }) => id).join(', ')}`;
    if (ami !== null) return { who: `${who} (${ami})`, target: await resolve(ami) };
    if (runnerAmi === undefined) return { who, target: { kind: 'unresolved', why: 'no ami of their own, and RUNNER_AMI is not set here as it is for the dispatcher' } };
    return { who: `${who} (RUNNER_AMI=${runnerAmi})`, target: await resolve(runnerAmi) };
  });
  const ofPointers = ARCHITECTURES.flatMap((architecture) =>
    (['current', 'previous'] as const).map(async (pointer): Promise<Reference> => {
      const name = pointerPath(architecture, pointer);
      // A pointer that was never set means nothing; one of a class would, above.
      return { who: `the pointer ${name}`, target: await orUnresolved(async () => { const value = await readParameter(ssm, name); return value === undefined ? { kind: 'none' } : asImage(value); }) };
    }),
  );
  const [references, machines] = await Promise.all([Promise.all([...ofClasses, ...ofPointers]), ofMachines(images, ec2)]);
  return [...references, ...machines];
}

async function ofMachines(images: readonly OwnImage[], ec2: World['ec2']): Promise<readonly Reference[]> {
  try {
    const users = await listUsers(ec2, images.map(({ imageId }) => imageId));
    return users.map(({ instanceId, imageId }) => ({ who: `machine ${instanceId}`, target: { kind: 'image', imageId } }));
  } catch (error) {
    return [{ who: 'the machines of this account', target: { kind: 'unresolved', why: sentenceOf(error) } }];
  }
}

function asImage(value: string): Target {
  return /^ami-[0-9a-f]+$/.test(value) ? { kind: 'image', imageId: value } : { kind: 'unresolved', why: `expected an AMI id, got ${JSON.stringify(value.slice(0, 40))}` };
}

async function orUnresolved(read: () => Promise<Target>): Promise<Target> {
  try {
    return await read();
  } catch (error) {
    return { kind: 'unresolved', why: sentenceOf(error) };
  }
}
