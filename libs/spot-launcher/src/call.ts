import { Ec2CallError } from './call-error.js';
import type { Ec2 } from './ec2.js';
import { classifyLaunchError } from './launch-errors.js';
import { LAUNCH_POLICIES } from './launch-policy.js';
import { fullJitterMs, type Sleep } from './sleep.js';

export interface CallTools {
  readonly ec2: Ec2;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly attemptMs: number;
}

const ATTEMPTS = 3;

/**
 * Makes a call that may be repeated without harm: up to three times where EC2 is throttling or did not answer, since the
 * client may be one that does not repeat. `send` gets the abort signal of its attempt.
 */
export async function callEc2<Answer>(operation: string, tools: CallTools, send: (options: { abortSignal: AbortSignal }) => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send({ abortSignal: AbortSignal.timeout(tools.attemptMs) });
    } catch (error) {
      const mayHelp = LAUNCH_POLICIES[classifyLaunchError(error)].next === 'same-request';
      if (!mayHelp || attempt === ATTEMPTS) throw new Ec2CallError(operation, { cause: error });
      await tools.sleep(fullJitterMs(attempt, tools.random));
    }
  }
}
