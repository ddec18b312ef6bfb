import { findRest, rulesOut } from './capacity-memory.js';
import { errorCode } from './launch-errors.js';
import { launchIntoPool, type LaunchTools, type PoolAnswer } from './launch-into-pool.js';
import type { LaunchOutcome, NoCapacity, Refusal, Refused } from './launch-outcome.js';
import { concernsPool, explainRefusal, LAUNCH_POLICIES, sayRefusal } from './launch-policy.js';
import { runInstancesInput, type LaunchRequest } from './launch-request.js';
import { orderPools } from './pool-order.js';
import type { Pool } from './pool.js';
import { encodeUserData } from './user-data.js';

/** Tries the pools in order until one answers with a machine, or the launch must end. Sends nothing if the user data is too large. */
export async function launch(request: LaunchRequest, launchMs: number, tools: LaunchTools): Promise<LaunchOutcome> {
  if (request.pools.length === 0) throw new RangeError(`the launch of "${request.name}" names no pool: give it at least one (instance type, subnet, market)`);
  const userData = encodeUserData(request.userData);
  const begun = tools.now();
  const deadline = Math.min(begun.getTime() + launchMs, request.deadline?.getTime() ?? Number.POSITIVE_INFINITY);
  const tried: Refusal[] = [];

  let left = orderPools(request.pools, request.memory ?? [], begun, request.name);
  for (let pool = left[0]; pool !== undefined; pool = left[0]) {
    const input = runInstancesInput(request, pool, userData);
    const answer = await launchIntoPool(input, deadline, tools);
    switch (answer.kind) {
      case 'launched':
        return { kind: 'launched', instanceId: answer.instance.InstanceId, pool, availabilityZone: answer.instance.Placement?.AvailabilityZone, launchTime: answer.instance.LaunchTime ?? begun, tried };
      case 'unknown':
        return { kind: 'unknown', pool, clientToken: input.ClientToken ?? '', cause: answer.cause, sentence: sayRefusal(pool, errorCode(answer.cause), 'unknown-outcome'), tried };
      case 'out-of-time':
        return tried.length > 0 ? noCapacity(request, begun, tried) : refused(pool, { kind: 'refused', code: 'LaunchTimeLimit', class: 'throttled', detail: '' }, tried);
      case 'refused': {
        if (!concernsPool(answer.class)) return refused(pool, answer, tried);
        const refusal = { pool, code: answer.code, class: answer.class };
        tried.push(refusal);
        left = left.slice(1).filter((other) => !rulesOut(refusal, other));
      }
    }
  }
  return noCapacity(request, begun, tried);
}

function refused(pool: Pool, { kind, code, class: errorClass, detail }: PoolAnswer & { kind: 'refused' }, tried: readonly Refusal[]): Refused {
  return { kind, pool, code, class: errorClass, permanent: !LAUNCH_POLICIES[errorClass].timeHeals, sentence: sayRefusal(pool, code, errorClass), ...explainRefusal(pool, code, errorClass), detail, tried };
}

function noCapacity(request: LaunchRequest, now: Date, tried: readonly Refusal[]): NoCapacity {
  const resting = request.pools.flatMap((pool) => {
    const rest = findRest(request.memory ?? [], pool, now);
    return rest === undefined ? [] : [{ pool, until: rest.until }];
  });
  const last = tried.at(-1);
  const awakeAt = Math.min(...resting.map((rest) => rest.until));
  const sentence = last === undefined ? `all ${request.pools.length} pools refused lately and rest, the first until ${new Date(awakeAt).toISOString()}` : `${tried.length} of ${request.pools.length} pools refused; at last: ${sayRefusal(last.pool, last.code, last.class)}`;
  return { kind: 'no-capacity', tried, resting, sentence };
}
