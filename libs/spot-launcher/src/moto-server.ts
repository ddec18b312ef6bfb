import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where moto listens; absent where it is not installed. */
    motoUrl: string | undefined;
  }
}

const START_LIMIT_MS = 45_000;

/** Vitest's global set-up: one moto for all test files of this project, on a free port of loopback. */
export async function setup(project: { provide(key: 'motoUrl', value: string | undefined): void }): Promise<() => Promise<void>> {
  const port = await freePort();
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    // Without the two validations moto launches AMIs and types that do not exist; without the default AMIs it starts faster.
    env: { ...process.env, MOTO_ENABLE_AMI_VALIDATION: 'true', MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: 'true', MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' },
  });
  const ended = new Promise<void>((resolve) => moto.once('error', () => resolve()).once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const ready = await Promise.race([ended.then(() => false), answers(url, moto)]);
  project.provide('motoUrl', ready ? url : undefined);
  return async () => {
    moto.kill('SIGTERM');
    await ended;
  };
}

async function answers(url: string, moto: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < START_LIMIT_MS && moto.exitCode === null; waited += 100) {
    const answer = await fetch(`${url}/moto-api/data.json`).catch((error: unknown) => (error instanceof TypeError ? undefined : Promise.reject(error)));
    if (answer?.ok) return true;
    await pause(100);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
