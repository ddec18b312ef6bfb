import type { Instance, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.js';
import { classifyLaunchError, errorCode, type LaunchErrorClass } from './launch-errors.js';
import { errorDetail } from './error-detail.js';
import { LAUNCH_POLICIES } from './launch-policy.js';
import type { Pace } from './pacing.js';
import { runInstancesOnce } from './send-once.js';
import { fullJitterMs, type Sleep } from './sleep.js';

export interface LaunchTools {
  readonly ec2: Ec2;
  readonly now: () => Date;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly pace: Pace;
  /** One RunInstances call is given up, with an unknown outcome, after this long. */
  readonly attemptMs: number;
}

export type PoolAnswer =
  | { readonly kind: 'launched'; readonly instance: Instance & { InstanceId: string } }
  | { readonly kind: 'refused'; readonly code: string; readonly class: LaunchErrorClass; readonly detail: string }
  | { readonly kind: 'unknown'; readonly cause: unknown }
  /** The time was up before any request was sent. */
  | { readonly kind: 'out-of-time' };

/** An attempt that has less time than this would likely end without an answer: it is not begun. */
const SHORTEST_ATTEMPT_MS = 2_000;

/**
 * Sends one RunInstances request until it is answered or `deadline` (milliseconds since 1970) comes: the same input
 * object, so the same bytes, each time.
 *
 * Once an answer was lost, only an instance counts: a refusal of the repeat says nothing about the first request,
 * which may still be under way.
 */
export async function launchIntoPool(input: RunInstancesCommandInput, deadline: number, tools: LaunchTools): Promise<PoolAnswer> {
  let lost: { readonly cause: unknown } | undefined;
  let throttled: PoolAnswer | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const spareMs = deadline - SHORTEST_ATTEMPT_MS - tools.now().getTime();
    if (spareMs < 0 || !(await tools.pace(spareMs))) break;
    try {
      return { kind: 'launched', instance: await runInstances(input, deadline, tools) };
    } catch (error) {
      const errorClass = classifyLaunchError(error);
      const answer = { kind: 'refused', code: errorCode(error), class: errorClass, detail: errorDetail(error, input.UserData) } as const;
      if (errorClass === 'token-mismatch') return { kind: 'unknown', cause: error };
      if (errorClass === 'already-ended') return answer;
      if (LAUNCH_POLICIES[errorClass].next !== 'same-request') return lost === undefined ? answer : { kind: 'unknown', cause: lost.cause };
      if (errorClass === 'unknown-outcome') lost ??= { cause: error };
      else throttled = answer;
    }
    const pauseMs = fullJitterMs(attempt, tools.random);
    if (tools.now().getTime() + pauseMs + SHORTEST_ATTEMPT_MS > deadline) break;
    await tools.sleep(pauseMs);
  }
  if (lost !== undefined) return { kind: 'unknown', cause: lost.cause };
  return throttled ?? { kind: 'out-of-time' };
}

async function runInstances(input: RunInstancesCommandInput, deadline: number, tools: LaunchTools): Promise<Instance & { InstanceId: string }> {
  const timeLeft = Math.max(1, Math.min(tools.attemptMs, deadline - tools.now().getTime()));
  const answer = await runInstancesOnce(tools.ec2, input, AbortSignal.timeout(timeLeft));
  const instance = answer.Instances?.[0];
  if (instance?.InstanceId === undefined) throw new Error('EC2 accepted RunInstances and named no instance');
  return { ...instance, InstanceId: instance.InstanceId };
}
