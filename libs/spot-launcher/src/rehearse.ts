import { Ec2CallError } from './call-error.js';
import { callEc2, type CallTools } from './call.js';
import { errorDetail } from './error-detail.js';
import { classifyLaunchError } from './launch-errors.js';
import { meaningOf } from './launch-policy.js';
import { runInstancesInput, type LaunchRequest } from './launch-request.js';
import type { Pace } from './pacing.js';
import type { Pool } from './pool.js';
import { runInstancesOnce } from './send-once.js';
import { encodeUserData } from './user-data.js';

/** What EC2 says of one pool before anything is launched. */
export interface Rehearsal {
  readonly pool: Pool;
  /** `null`: it would launch, were there capacity and quota. */
  readonly refusal: { readonly code: string; readonly says: string; readonly remedy: string; readonly detail: string } | null;
}

/**
 * Asks EC2 of each pool, in the order given, whether it would launch there (`DryRun`). What is checked are rights, AMI, type, subnet,
 * security groups and profile; capacity and quotas are not. Throws `Ec2CallError` where EC2 does not answer.
 */
export async function rehearse(request: LaunchRequest, tools: CallTools & { readonly pace: Pace }): Promise<readonly Rehearsal[]> {
  const userData = encodeUserData(request.userData);
  const answers: Rehearsal[] = [];
  for (const pool of request.pools) {
    await tools.pace(Number.POSITIVE_INFINITY);
    // Without our client token: a name is launched once in each pool, ever, and this is not that launch. The SDK makes one up.
    const { ClientToken: _, ...input } = runInstancesInput(request, pool, userData);
    answers.push({ pool, refusal: await refusalOf(userData, () => callEc2('RunInstances, as a dry run,', tools, ({ abortSignal }) => runInstancesOnce(tools.ec2, { ...input, DryRun: true }, abortSignal))) });
  }
  return answers;
}

async function refusalOf(userData: string, ask: () => Promise<unknown>): Promise<Rehearsal['refusal']> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof Ec2CallError)) throw error;
    const errorClass = classifyLaunchError(error.cause);
    if (errorClass === 'dry-run') return null;
    if (errorClass === 'unknown-outcome' || errorClass === 'throttled') throw error;
    return { code: error.code, ...meaningOf(error.code, errorClass), detail: errorDetail(error.cause, userData) };
  }
  throw new Error('EC2 took a dry run for a launch: it has to refuse one with DryRunOperation');
}
