import type { FleetPorts } from '@tinqs/fleet';

/** There was no time left for Gitea in this pass. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
  /** Of each call that follows, so that a pass tells it once. */
  readonly kind = 'out-of-time';

  constructor(ms: number) {
    super(`it was given ${ms / 1_000} s of this pass, and takes longer: the next one goes on`);
  }
}

export interface GiteaTime {
  readonly allMs: number;
  /** Of them for the list of jobs, which may have hundreds of pages: without it much can be asked still. */
  readonly listMs: number;
}

/**
 * Gitea for a while: then whoever waits for an answer is let go, and nothing more is asked. A write that was
 * under way may be done, as where an answer is lost. A function that is cut off in the middle would say nothing at all,
 * and a pass that always ends at the same place never comes to what follows.
 */
export function giteaForAWhile(ports: FleetPorts, { allMs, listMs }: GiteaTime): { readonly ports: FleetPorts; end(): void } {
  const all = timeOf(allMs, new OutOfTimeError(allMs));
  const list = timeOf(listMs, new Error(`Gitea's list of jobs takes longer than ${listMs / 1_000} s`));
  const gitea = new Proxy(ports.gitea, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      const limited = all.limit((call as Ask).bind(target));
      return name === 'listJobs' ? list.limit(() => limited(list.signal)) : limited;
    },
  });
  // What it is, is known for the whole pass once it said so: who waits is knocked for without another question.
  let facts: ReturnType<FleetPorts['server']> | undefined;
  const server = all.limit(ports.server);
  const forget = () => void (facts = undefined);
  const remembered = () => {
    if (facts === undefined) (facts = server()).catch(forget);
    return facts;
  };
  const end = () => {
    all.end();
    list.end();
  };
  return { ports: { ...ports, gitea, server: remembered }, end };
}

type Ask = (...args: readonly unknown[]) => Promise<unknown>;

function timeOf(ms: number, failure: Error) {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(failure);
      controller.abort();
    }, ms);
  });
  over.catch(() => undefined);
  return {
    signal,
    limit: <Args extends readonly unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) => (...args: Args): Promise<Answer> => (signal.aborted ? over : Promise.race([ask(...args), over])),
    end: () => clearTimeout(timer),
  };
}
