import { createHash } from 'node:crypto';
import { poolKey, scopeKey, TAGS, type LauncherPort, type LaunchOrder, type LaunchResult, type Pool, type PoolRefusal, type RestCause } from '@tinqs/fleet';
import type { LaunchAnswer, LaunchRequest } from '../ec2/ec2-state.js';
import { SimulatedOutageError } from '../world/fate.js';
import type { SimulatedEc2 } from './simulated-ec2.js';

export interface SimulatedLauncherOptions {
  readonly ec2: SimulatedEc2;
  readonly installation: string;
  readonly now: () => number;
  readonly subnets?: readonly string[];
  readonly amiId?: string;
  /** The boot script of an order, if it is to be carried along; a simulated machine does what one does without reading it. */
  readonly render?: (order: LaunchOrder) => string;
}

/** Two requests without an answer leave the outcome unknown: the sweep adopts the machine, if there is one. */
const ATTEMPTS = 2;

/** Fleet's launcher against the simulated EC2: pools in the class's order rotated by the name, definite refusals move on. */
export function simulatedLauncher({ ec2, installation, now, subnets = ['subnet-a', 'subnet-b'], amiId = 'ami-simulated', render }: SimulatedLauncherOptions): LauncherPort {
  return {
    resolveAmi: async (runnerClass) => runnerClass.ami ?? amiId,
    launch: (order) => launchInto(ec2, order, candidates(order, subnets, now()), installation, now, render?.(order)),
    terminate: async (instanceId, { force = false } = {}) => void (await ec2.terminate(instanceId, force)),
    list: async () => (await ec2.list()).filter((instance) => instance.tags[TAGS.installation] === installation),
  };
}

async function launchInto(ec2: SimulatedEc2, order: LaunchOrder, pools: readonly Pool[], installation: string, now: () => number, userData: string | undefined): Promise<LaunchResult> {
  const tried: PoolRefusal[] = [];
  for (const pool of pools) {
    if (now() >= order.deadline) break;
    const request = requestOf(order, pool, installation, userData);
    const answer = await ask(ec2, request);
    if (answer === null || (answer.kind === 'error' && UNKNOWN.test(answer.code))) return { kind: 'unknown', pool, sentence: `EC2 gave no definite answer for ${order.name} in ${pool.instanceType}`, tried };
    if (answer.kind === 'launched') {
      return { kind: 'launched', instanceId: answer.instanceId, pool, availabilityZone: answer.availabilityZone, pricePerHour: priceOf(pool), tried };
    }
    const { code, message } = answer;
    const cause = CAUSES[code];
    if (cause === undefined) return { kind: 'refused', code, sentence: message, remedy: `as for EC2's ${code}`, permanent: PERMANENT.test(code), tried };
    tried.push({ pool, code, cause });
  }
  return { kind: 'no-capacity', tried };
}

async function ask(ec2: SimulatedEc2, request: LaunchRequest): Promise<LaunchAnswer | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ec2.launch(request);
    } catch (error) {
      if (!(error instanceof SimulatedOutageError)) throw error;
      if (attempt >= ATTEMPTS) return null;
    }
  }
}

const UNKNOWN = /^(Idempotent|Internal|ServiceUnavailable|Unavailable|RequestTimeout)/;
const PERMANENT = /^(Invalid|Unauthorized|AuthFailure|OptIn|Pending|Blocked|MissingParameter)/;
const CAUSES: Readonly<Record<string, RestCause>> = {
  InsufficientInstanceCapacity: 'capacity',
  UnfulfillableCapacity: 'capacity',
  SpotMaxPriceTooLow: 'capacity',
  Unsupported: 'unsupported',
  InvalidInstanceType: 'unsupported',
  InsufficientFreeAddressesInSubnet: 'subnet-full',
  MaxSpotInstanceCountExceeded: 'spot-quota',
  VcpuLimitExceeded: 'on-demand-quota',
};

/** Types in the class's order and every subnet, begun at a place that the name decides; Spot first. */
function candidates({ name, runnerClass, onDemand, rests }: LaunchOrder, subnets: readonly string[], now: number): readonly Pool[] {
  const markets: readonly Pool['market'][] = runnerClass.market === 'on-demand' ? ['on-demand'] : onDemand ? ['spot', 'on-demand'] : ['spot'];
  const shift = createHash('sha256').update(name).digest().readUInt16BE(0);
  const isResting = (pool: Pool): boolean =>
    rests.some(
      (rest) =>
        rest.until > now &&
        rest.pool.market === pool.market &&
        (rest.cause === 'spot-quota' || rest.cause === 'on-demand-quota' || (rest.pool.instanceType === pool.instanceType && rest.pool.subnet === pool.subnet)),
    );
  return markets.flatMap((market) => {
    const pools = runnerClass.instanceTypes.flatMap((instanceType) => subnets.map((subnet): Pool => ({ instanceType, subnet, market })));
    const start = pools.length === 0 ? 0 : shift % pools.length;
    return [...pools.slice(start), ...pools.slice(0, start)].filter((pool) => !isResting(pool));
  });
}

/** The same order and pool give the same request to the byte, and its token. */
function requestOf(order: LaunchOrder, pool: Pool, installation: string, userData: string | undefined): LaunchRequest {
  const { name, runnerClass, scope, registration, amiId, endsBy } = order;
  const { bootSeconds, idleSeconds, jobMinutes } = runnerClass.limits;
  return {
    clientToken: `${name} ${poolKey(pool)}`,
    name,
    classId: runnerClass.id,
    pool,
    amiId,
    limits: { bootSeconds, idleSeconds, jobMinutes },
    tags: {
      [TAGS.mark]: 'true',
      [TAGS.installation]: installation,
      [TAGS.name]: name,
      [TAGS.classId]: runnerClass.id,
      [TAGS.scope]: scopeKey(scope),
      [TAGS.runnerId]: String(registration.runnerId),
      [TAGS.endsBy]: new Date(endsBy).toISOString(),
    },
    runnerId: registration.runnerId,
    ...(userData === undefined ? {} : { userData }),
  };
}

/** Dollars per hour, of the right size: a simulated machine costs nothing. */
function priceOf({ instanceType, market }: Pool): number {
  const size = { nano: 0.5, micro: 1, small: 2, medium: 4, large: 8, xlarge: 16 }[instanceType.split('.')[1] ?? ''] ?? 32;
  return Number((0.0114 * size * (market === 'spot' ? 0.35 : 1)).toFixed(4));
}
