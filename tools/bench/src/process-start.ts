import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Node's own environment, and nothing else of this machine's. */
const bare = { PATH: process.env['PATH'] ?? '', NODE_OPTIONS: '' };

/** Loads a function as Lambda's runtime does, hands it one event, and prints the milliseconds since the process began, with its answer. */
export const CALL_HANDLER = `
const [, file, event] = process.argv;
require(file).handler(JSON.parse(event)).then((answer) => console.log(JSON.stringify({ ms: performance.now(), answer })));
`;

export interface Answered<Answer> {
  readonly ms: number;
  readonly answer: Answer;
}

/** A CommonJS script in a process of its own; its last line is what it found. */
export async function startProcess<Answer>(script: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Answered<Answer>> {
  const { stdout } = await run(process.execPath, ['-e', script, ...args], { cwd: tmpdir(), env: { ...bare, ...environment } });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Answered<Answer>;
}
