/** What a command ends with: 1 the answer is bad, 2 wrong usage or configuration, 3 not found, 4 Gitea, AWS or the local server unreachable. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** Ends the command with a sentence a person can act on. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    readonly exitCode: Exclude<ExitCode, 0>,
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}
