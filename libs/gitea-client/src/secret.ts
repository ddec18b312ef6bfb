import { inspect } from 'node:util';

const hidden = '[secret]';

/** A value that shows itself to nobody who does not ask: printing, JSON, templates and spreading give `[secret]` or nothing. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

export function createSecret(value: string): Secret {
  const secret = { toString: () => hidden, toJSON: () => hidden, [inspect.custom]: () => hidden };
  // Not enumerable, and the value only in the closure: neither a deep clone nor a debugger's dump of fields has it.
  Object.defineProperty(secret, 'reveal', { value: () => value });
  return Object.freeze(secret) as unknown as Secret;
}
