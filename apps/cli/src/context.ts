import { readOverview, type Overview } from '@tinqs/run-store';
import { CommandFailure } from './failure.js';
import type { Target } from './target.js';

/** What a command may use. Everything it prints goes through here, so that it can be tested without a terminal. */
export interface CommandContext {
  readonly target: Target;
  readonly json: boolean;
  readonly print: (text: string) => void;
  readonly now: number;
}

/** What is live and what ended within 24 hours. A store that does not answer is exit 4. */
export function overview({ target, now }: CommandContext): Promise<Overview> {
  return answered(target, readOverview(target.store, target.maxRunners, now));
}

/** The answer of a call to the store, or exit 4 with what it said. */
export function answered<Answer>(target: Target, call: Promise<Answer>): Promise<Answer> {
  return call.catch((cause: unknown) => {
    throw new CommandFailure(4, `${target.name} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
}
