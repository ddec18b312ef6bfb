import { localEc2 } from '../ports/simulated-ec2.js';
import { COMMANDS, type CommandName } from '../world/commands.js';
import { SimulatedOutageError } from '../world/fate.js';
import type { SimulatedWorld } from '../world/world.js';
import type { Answer } from './call.js';
import { listen, type HttpServer } from './listen.js';

export interface ServeEc2Options {
  readonly world: SimulatedWorld;
  readonly port?: number;
  readonly now: () => number;
  readonly seed?: number;
}

/**
 * The simulated EC2 on loopback, for a world that lives in a process of its own. `POST /<call>` with a JSON body:
 * `launch`, `terminate`, `list`, `console` are EC2's and can be lost; `ledger` and `do` are the tests' own.
 */
export async function serveEc2({ world, port = 0, now, seed = 2 }: ServeEc2Options): Promise<HttpServer> {
  const ec2 = localEc2(world, { seed });
  const calls: Readonly<Record<string, (body: never) => unknown>> = {
    launch: ec2.launch,
    terminate: ({ instanceId, force }: { instanceId: string; force?: boolean }) => ec2.terminate(instanceId, force),
    list: () => ec2.list(),
    console: ({ instanceId }: { instanceId: string }) => ec2.console(instanceId),
    ledger: () => world.ledger,
    do: ({ command, argument }: { command: CommandName; argument: never }) => world.do(command, argument) ?? null,
  };
  return listen(port, async ({ method, target, body }): Promise<Answer | 'no-answer'> => {
    world.settle(now());
    const call = calls[target.slice(1)];
    if (method !== 'POST' || !call) return { status: 404, body: { message: `expected POST to one of ${Object.keys(calls).join(', ')}` } };
    const { command } = (body ?? {}) as { command?: string };
    if (call === calls['do'] && !(command! in COMMANDS)) return { status: 400, body: { message: `expected one of the commands ${Object.keys(COMMANDS).join(', ')}` } };
    try {
      return { status: 200, body: { result: await call(body as never) } };
    } catch (error) {
      if (error instanceof SimulatedOutageError) return 'no-answer';
      return { status: 400, body: { message: error instanceof Error ? error.message : String(error) } };
    }
  });
}
