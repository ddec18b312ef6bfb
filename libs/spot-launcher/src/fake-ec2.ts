import { EC2ServiceException, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Ec2 } from './ec2.js';

/** What happens to one RunInstances call. `late` machines exist only once the launch is over: their request was still under way. */
export type Fate = { readonly kind: 'launch' | 'lost-before' | 'lost-after' | 'late' } | { readonly kind: 'refuse'; readonly code: string; readonly status: number };

/** An EC2 that honours client tokens, on a clock that passes by sleeping and answering only. */
export function createFakeEc2(fates: readonly (Fate & { readonly tookMs?: number })[]) {
  const calls: RunInstancesCommandInput[] = [];
  const machines = new Map<string, string>();
  const late: string[] = [];
  let nowMs = Date.parse('2030-01-01T00:00:00Z');
  const launch = (token: string) => {
    if (!machines.has(token)) machines.set(token, `i-${machines.size}`);
    return { Instances: [{ InstanceId: machines.get(token), LaunchTime: new Date(nowMs), Placement: { AvailabilityZone: 'eu-west-1b' } }] };
  };
  const send = async (command: { readonly input: RunInstancesCommandInput }) => {
    const fate = fates[calls.length] ?? { kind: 'launch' };
    calls.push(structuredClone(command.input));
    nowMs += fate.tookMs ?? 0;
    const token = command.input.ClientToken ?? '';
    if (fate.kind === 'refuse') throw refusedBy(fate.code, fate.status);
    if (fate.kind === 'late') late.push(token);
    const answer = fate.kind === 'launch' || fate.kind === 'lost-after' ? launch(token) : undefined;
    if (fate.kind !== 'launch') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    return answer;
  };
  return {
    ec2: { send } as unknown as Ec2,
    now: () => new Date(nowMs),
    sleep: async (ms: number) => {
      nowMs += ms;
    },
    calls,
    /** Every machine there is once all requests have been worked off, by client token. */
    machines: () => {
      for (const token of late) launch(token);
      return machines;
    },
  };
}

export function refusedBy(code: string, status = 400): Error {
  return new EC2ServiceException({ name: code, message: `${code}, in the words of EC2`, $fault: status >= 500 ? 'server' : 'client', $metadata: { httpStatusCode: status } });
}
