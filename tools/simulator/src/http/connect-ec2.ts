import type { SimulatedEc2 } from '../ports/simulated-ec2.js';
import type { CommandAnswer, CommandArgument, CommandName } from '../world/commands.js';
import { SimulatedOutageError } from '../world/fate.js';
import type { Ledger } from '../world/ledger.js';

/** A world in another process: its EC2, its ledger, and everything that can be done to it. */
export interface RemoteWorld extends SimulatedEc2 {
  ledger(): Promise<Ledger>;
  do<Name extends CommandName>(command: Name, argument: CommandArgument<Name>): Promise<CommandAnswer<Name>>;
}

/** Connects to what `serveEc2` serves. */
export function connectEc2(url: string, { fetch = globalThis.fetch }: { readonly fetch?: typeof globalThis.fetch } = {}): RemoteWorld {
  async function call<Result>(name: string, body: object): Promise<Result> {
    let response: Response;
    try {
      response = await fetch(`${url}/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    } catch (error) {
      throw Object.assign(new SimulatedOutageError('ec2', name, 'answer-lost'), { cause: error });
    }
    const answer = (await response.json()) as { result?: Result; message?: string };
    if (!response.ok) throw new RangeError(`the simulated EC2 refused ${name}: ${answer.message}`);
    return answer.result as Result;
  }
  return {
    launch: (request) => call('launch', request),
    terminate: (instanceId, force = false) => call('terminate', { instanceId, force }),
    list: () => call('list', {}),
    console: (instanceId) => call('console', { instanceId }),
    ledger: () => call('ledger', {}),
    do: (command, argument) => call('do', { command, argument }),
  };
}
