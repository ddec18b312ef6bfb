import { parseArgs } from 'node:util';

/** `npm start -- …` */
export interface Options {
  /** 0: any free one. */
  readonly port: number;
  readonly portGiven: boolean;
  readonly store: string;
  readonly json: boolean;
  /** Of the simulated world. */
  readonly seed: number;
  readonly speed: number;
}

/** Wrong usage: said with what is allowed, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const USAGE = `usage: npm start -- [--port 4680] [--store DIR] [--json] [--seed N] [--speed X]
  --port   where to listen; 0 takes any free port
  --store  the folder of the table; another folder is another installation
  --json   every line one JSON object
  --seed, --speed   of the simulated Gitea and EC2, when GITEA_URL is not set`;

export function parseOptions(args: readonly string[]): Options {
  let values: { port?: string; store?: string; json?: boolean; seed?: string; speed?: string };
  try {
    ({ values } = parseArgs({ args: [...args], options: { port: { type: 'string' }, store: { type: 'string' }, json: { type: 'boolean' }, seed: { type: 'string' }, speed: { type: 'string' } } }));
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message}\n${USAGE}`);
  }
  return {
    port: number('--port', values.port ?? '4680', 0, 65_535),
    portGiven: values.port !== undefined,
    store: values.store ?? '.tinqs-ci/store',
    json: values.json ?? false,
    seed: number('--seed', values.seed ?? '1', 0, 2 ** 31),
    speed: number('--speed', values.speed ?? '1', 0.1, 1_000),
  };
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  const whole = name !== '--speed';
  if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) throw new UsageError(`${name}: expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}\n${USAGE}`);
  return value;
}
