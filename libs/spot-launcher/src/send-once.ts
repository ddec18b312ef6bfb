import { RunInstancesCommand, type RunInstancesCommandInput, type RunInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.js';

/** Carries an error past the SDK's retry: it has neither a code nor a status nor a cause that the SDK would repeat on. */
class Unrepeated extends Error {
  override readonly name = 'Unrepeated';

  constructor(readonly original: unknown) {
    super('sent once');
  }
}

/**
 * Sends RunInstances exactly once, whatever `maxAttempts` the client has.
 *
 * A repeat inside the SDK would hide that an answer was lost: the refusal of the repeat would look definite, the next
 * pool would be tried, and two machines could run. And EC2 says `InsufficientInstanceCapacity` with status 500, on
 * which the SDK would spend its attempts in a pool that is known to be empty.
 */
export async function runInstancesOnce(ec2: Ec2, input: RunInstancesCommandInput, abortSignal: AbortSignal): Promise<RunInstancesCommandOutput> {
  const command = new RunInstancesCommand(input);
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw new Unrepeated(error);
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'unrepeated' },
  );
  try {
    return await ec2.send(command, { abortSignal });
  } catch (error) {
    throw error instanceof Unrepeated ? error.original : error;
  }
}
