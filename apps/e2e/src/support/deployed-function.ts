import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';

/** A built bundle in a process of its own, with the environment that Lambda would give it, handed one event after the other. */
export interface DeployedFunction {
  invoke<Result>(event: unknown): Promise<Result>;
  readonly output: () => string;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<number | null>;
  end(): Promise<void>;
}

/** Loads the bundle as Lambda's runtime does, and answers by message. */
const RUNTIME = `
const { handler } = require(process.argv[1]);
process.on('message', ({ id, event }) => {
  Promise.resolve().then(() => handler(event)).then((result) => process.send({ id, result }), (error) => process.send({ id, error: String(error && error.stack) }));
});
process.send({ id: 0 });
`;

export function startFunction(bundle: string, environment: NodeJS.ProcessEnv): DeployedFunction {
  const child: ChildProcess = spawn(process.execPath, ['-e', RUNTIME, bundle], { cwd: tmpdir(), env: environment, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  child.on('message', ({ id, result, error }: { id: number; result?: never; error?: string }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result as never);
    else call?.reject(new Error(error));
  });
  const ended = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => {
      for (const call of waiting.values()) call.reject(new Error(`the function ended with ${code}: ${output}`));
      resolve(code);
    }),
  );
  let count = 0;
  return {
    invoke: (event) =>
      new Promise((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve: resolve as (value: never) => void, reject });
        child.send({ id: count, event });
      }),
    output: () => output,
    ended,
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
