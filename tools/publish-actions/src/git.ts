import { x } from 'tinyexec';

export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(readonly args: readonly string[], readonly exitCode: number | undefined, readonly stderr: string) {
    super(`git ${args[0]} failed${exitCode === undefined ? '' : ` (${exitCode})`}: ${stderr.trim() || 'no message'}`);
  }
}

/** The system's git in one repository. Output without its last newline. */
export interface Git {
  (...args: string[]): Promise<string>;
  /** The same, undefined where git answers no, by exit code 1: no such ref, no ancestor. */
  try(...args: string[]): Promise<string | undefined>;
  /** Reads standard input from a text. */
  feed(text: string, ...args: string[]): Promise<string>;
}

/** `env` adds to the environment; there is nobody to answer a prompt. */
export function createGit(folder: string, env: Readonly<Record<string, string>> = {}): Git {
  const call = async (args: readonly string[], stdin?: string): Promise<string> => {
    const running = x('git', [...args], { nodeOptions: { cwd: folder, env: { ...env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } }, ...(stdin === undefined ? {} : { stdin }) });
    const { stdout, stderr, exitCode } = await running;
    if (exitCode !== 0) throw new GitError(args, exitCode, stderr);
    return stdout.replace(/\n$/, '');
  };
  return Object.assign((...args: string[]) => call(args), {
    try: async (...args: string[]) => {
      try {
        return await call(args);
      } catch (error) {
        if (error instanceof GitError && error.exitCode === 1) return undefined;
        throw error;
      }
    },
    feed: (text: string, ...args: string[]) => call(args, text),
  });
}
