import { remedyOf } from './aws-call.js';
import { BakeFailure, sentenceOf } from './bake-failure.js';
import { machinesOf, type LeftOver, type Machines } from './machines.js';
import { TAGS } from './own-image.js';
import type { World } from './world.js';

/** Does what launches machines, and ends them all whatever comes of it; what could not be ended is named with the command that ends it. */
export async function withMachines<Result>(run: string, world: World, work: (machines: Machines) => Promise<Result>): Promise<Result> {
  const machines = machinesOf(run, world);
  const outcome = await work(machines).then(
    (result) => ({ kind: 'done', result }) as const,
    (error: unknown) => ({ kind: 'failed', failure: asFailure(error, world) }) as const,
  );
  const left = await machines.endAll();
  if (left !== undefined) throw withLeftOver(outcome.kind === 'failed' ? outcome.failure : undefined, left, run);
  if (outcome.kind === 'failed') throw outcome.failure;
  return outcome.result;
}

function asFailure(error: unknown, { stop }: World): BakeFailure {
  if (stop?.aborted === true) return new BakeFailure({ step: 'interrupted', why: 'somebody stopped it', remedy: 'its machines were ended: run it again' }, { cause: error });
  if (error instanceof BakeFailure) return error;
  return new BakeFailure({ step: 'a call to AWS', why: sentenceOf(error), remedy: remedyOf(error) }, { cause: error });
}

function withLeftOver(failure: BakeFailure | undefined, { instanceIds, why }: LeftOver, run: string): BakeFailure {
  const end = instanceIds.length > 0 ? `aws ec2 terminate-instances --instance-ids ${instanceIds.join(' ')}` : `look for machines with the tag ${TAGS.run}=${run} and end them`;
  const left = `its machines could not be ended (${why})`;
  if (failure === undefined) return new BakeFailure({ step: 'ending machines', why: left, remedy: `${end}; their own timers end them otherwise, but for a stopped one` });
  return new BakeFailure({ step: failure.step, why: `${failure.why}; and ${left}`, consoleTail: failure.consoleTail, remedy: `${end}; then: ${failure.remedy}` }, { cause: failure });
}
