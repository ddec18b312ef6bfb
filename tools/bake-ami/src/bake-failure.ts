/** A bake or a verification did not come to its end. The message says at which step and why. */
export class BakeFailure extends Error {
  override readonly name = 'BakeFailure';
  readonly step: string;
  readonly why: string;
  /** The end of the machine's console, where there was one: untrusted text. */
  readonly consoleTail: string;
  /** What to do next. */
  readonly remedy: string;

  constructor({ step, why, consoleTail = '', remedy }: { readonly step: string; readonly why: string; readonly consoleTail?: string; readonly remedy: string }, options?: { readonly cause: unknown }) {
    super(`${step}: ${why}`, options);
    this.step = step;
    this.why = why;
    this.consoleTail = consoleTail;
    this.remedy = remedy;
  }
}

/** What an error says, with the service's own code before it; one that names its call has the code in it. */
export const sentenceOf = (error: unknown): string => (error instanceof Error ? `${/^(Error|\w+CallError)$/.test(error.name) ? '' : `${error.name}: `}${error.message}` : String(error));
