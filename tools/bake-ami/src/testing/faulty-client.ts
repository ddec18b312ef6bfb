/** What goes wrong with a call, or is answered in its place; the first that fits and is not used up applies. */
export interface Fault {
  /** `CreateImage`. */
  readonly call: string;
  /** A further condition on what is asked. */
  readonly when?: (input: Readonly<Record<string, unknown>>) => boolean;
  /** Lets the first n that fit pass. */
  readonly skip?: number;
  /** Wears off after n; 1 by default. */
  readonly times?: number;
  readonly effect:
    /** Not done. */
    | { readonly kind: 'refuse'; readonly code: string }
    /** Done, and the connection breaks. */
    | { readonly kind: 'lose-answer' }
    /** Done, and answered like this. */
    | { readonly kind: 'answer'; readonly change: (answer: never) => object };
}

interface Sender {
  send(command: never, ...rest: never[]): Promise<unknown>;
}

export interface FaultyClient<Client> {
  readonly client: Client;
  /** Every call that was made, in order, by name. */
  readonly calls: string[];
  inject(...faults: readonly Fault[]): void;
}

/** Stands between what is tested and an SDK client. */
export function createFaultyClient<Client extends object>(client: Client): FaultyClient<Client> {
  const calls: string[] = [];
  const active: { readonly fault: Fault; seen: number; left: number }[] = [];

  const take = (call: string, input: Readonly<Record<string, unknown>>): Fault | undefined => {
    for (const entry of active) {
      const { fault } = entry;
      if (entry.left === 0 || fault.call !== call || fault.when?.(input) === false) continue;
      entry.seen += 1;
      if (entry.seen <= (fault.skip ?? 0)) continue;
      entry.left -= 1;
      return fault;
    }
    return undefined;
  };

  const send = async (command: { readonly input: Readonly<Record<string, unknown>> }, ...rest: never[]): Promise<unknown> => {
    const call = command.constructor.name.replace(/Command$/, '');
    calls.push(call);
    const effect = take(call, command.input)?.effect;
    if (effect?.kind === 'refuse') throw Object.assign(new Error(`injected ${effect.code}`), { name: effect.code, $fault: 'client', $metadata: { httpStatusCode: 400 } });
    const answer = await (client as Sender).send(command as never, ...rest);
    if (effect?.kind === 'lose-answer') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    return effect?.kind === 'answer' ? effect.change(answer as never) : answer;
  };

  return {
    client: new Proxy(client, { get: (target, key) => (key === 'send' ? send : (Reflect.get(target, key) as unknown)) }),
    calls,
    inject: (...faults) => active.push(...faults.map((fault) => ({ fault, seen: 0, left: fault.times ?? 1 }))),
  };
}
