import { findRest, rulesOut } from './capacity-memory.js';
import { errorCode } from './launch-errors.js';
import { launchIntoPool, type LaunchTools } from './launch-into-pool.js';
import type { LaunchOutcome, Refusal } from './launch-outcome.js';
import { LAUNCH_POLICIES, sayRefusal } from './launch-policy.js';
import { runInstancesInput, type LaunchRequest } from './launch-request.js';
import { orderPools } from './pool-order.js';
import type { Pool } from './pool.js';
import { encodeUserData } from './user-data.js';

/** Classes for which a pool's refusal says that the account, not the pool, is at its limit. */
const QUOTAS: ReadonlySet<string> = new Set(['spot-quota', 'on-demand-quota']);

/** Tries the pools in order until one answers with a machine, or the launch must end. Sends nothing if the user data is too large. */
export async function launch(request: LaunchRequest, launchMs: number, tools: LaunchTools): Promise<LaunchOutcome> {
  if (request.pools.length === 0) throw new RangeError(`the launch of "${request.name}" names no pool: give it at least one (instance type, subnet, market)`);
  const userData = encodeUserData(request.userData);
  const begun = tools.now();
  const memory = request.memory ?? [];
  const tried: Refusal[] = [];

  let left = orderPools(request.pools, memory, begun, request.name);
  for (let pool = left[0]; pool !== undefined; pool = left[0]) {
    const input = runInstancesInput(request, pool, userData);
    const answer = await launchIntoPool(input, begun.getTime() + launchMs, tools);
    switch (answer.kind) {
      case 'launched':
        return { kind: 'launched', instanceId: answer.instance.InstanceId, pool, availabilityZone: answer.instance.Placement?.AvailabilityZone, launchTime: answer.instance.LaunchTime ?? begun, tried };
      case 'unknown':
        return { kind: 'unknown', pool, clientToken: input.ClientToken ?? '', cause: answer.cause, sentence: sayRefusal(pool, errorCode(answer.cause), 'unknown-outcome'), tried };
      case 'out-of-time':
        return tried.length > 0 ? noCapacity(request, begun, tried) : refused(pool, { code: 'LaunchTimeLimit', class: 'throttled' }, tried);
      case 'refused': {
        const refusal = { pool, code: answer.code, class: answer.class };
        tried.push(refusal);
        if (LAUNCH_POLICIES[answer.class].next !== 'other-pool') return refused(pool, answer, tried);
        left = left.slice(1).filter((other) => !rulesOut(refusal, other));
        if (left.length === 0 && QUOTAS.has(answer.class)) return refused(pool, answer, tried);
      }
    }
  }
  return noCapacity(request, begun, tried);
}

function refused(pool: Pool, refusal: Pick<Refusal, 'code' | 'class'> & { readonly detail?: string }, tried: readonly Refusal[]): LaunchOutcome {
  const { code, detail } = refusal;
  return { kind: 'refused', code, class: refusal.class, permanent: !LAUNCH_POLICIES[refusal.class].timeHeals, sentence: sayRefusal(pool, code, refusal.class), ...(detail !== undefined && { detail }), tried };
}

function noCapacity(request: LaunchRequest, now: Date, tried: readonly Refusal[]): LaunchOutcome {
  const resting = request.pools.flatMap((pool) => {
    const rest = findRest(request.memory ?? [], pool, now);
    return rest === undefined ? [] : [{ pool, until: rest.until }];
  });
  return { kind: 'no-capacity', tried, resting };
}
