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

/**
 * Gitea for `ms` milliseconds: then whoever waits for an answer is let go, and nothing more is asked. A write that was
 * under way may be done, as where an answer is lost. A function that is cut off in the middle would say nothing at all,
 * and a pass that always ends at the same place never comes to what follows.
 */
export function giteaForAWhile(ports: FleetPorts, ms: number): { readonly ports: FleetPorts; end(): void } {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isOver = true;
      reject(new OutOfTimeError(ms));
    }, ms);
  });
  over.catch(() => undefined);
  const limited = <Args extends readonly unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) => (...args: Args): Promise<Answer> => (isOver ? over : Promise.race([ask(...args), over]));
  const gitea = new Proxy(ports.gitea, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      return typeof call === 'function' ? limited((call as (...args: readonly unknown[]) => Promise<unknown>).bind(target)) : call;
    },
  });
  // What it is, is known for the whole pass once it said so: who waits is knocked for without another question.
  let facts: ReturnType<FleetPorts['server']> | undefined;
  const server = limited(ports.server);
  const forget = () => void (facts = undefined);
  const remembered = () => {
    if (facts === undefined) (facts = server()).catch(forget);
    return facts;
  };
  return { ports: { ...ports, gitea, server: remembered }, end: () => clearTimeout(timer) };
}
