import type { SimulatedWorld } from '../world/world.js';
import { createFates } from '../world/fate.js';
import { answerCall } from './answer-call.js';
import { listen, type HttpServer } from './listen.js';

export interface ServeGiteaOptions {
  readonly world: SimulatedWorld;
  /** 0: any free one. */
  readonly port?: number;
  readonly now: () => number;
  /** Seed of lost requests and answers. */
  readonly seed?: number;
}

/** The simulated Gitea on loopback. Whoever calls it moves the world to the present first. */
export async function serveGitea({ world, port = 0, now, seed = 1 }: ServeGiteaOptions): Promise<HttpServer> {
  const fates = createFates(world, seed);
  const server = await listen(port, (request) => {
    world.settle(now());
    const fate = fates('gitea');
    if (fate === 'request-lost') return 'no-answer';
    const answer = answerCall(world, server.url, request);
    return fate === 'answer-lost' ? 'no-answer' : answer;
  });
  return server;
}
