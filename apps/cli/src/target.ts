import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createRunStore, type RunStore } from '@tinqs/run-store';
import { CommandFailure } from './failure.js';

/** Where the table is that a command reads. */
export interface Target {
  readonly name: string;
  readonly store: RunStore;
  readonly maxRunners: number | null;
  readonly simulated: boolean;
  readonly dashboard: string | null;
}

/** What `npm start` writes while it runs. */
interface LocalFile {
  readonly pid: number;
  readonly dashboard: string;
  readonly mode: 'demo' | 'gitea';
  readonly store: { readonly endpoint: string; readonly table: string; readonly region: string };
}

export interface TargetOptions {
  readonly aws?: boolean;
  readonly local?: boolean;
}

/** A live `.tinqs-ci/local.json` means the running `npm start`, else `DDB_TABLE` and the AWS credentials; `--local` and `--aws` decide. */
export function findTarget(options: TargetOptions, environment: NodeJS.ProcessEnv, folder: string): Target {
  if (options.aws && options.local) throw new CommandFailure(2, '--aws and --local exclude each other');
  const local = options.aws ? undefined : readLocal(join(folder, '.tinqs-ci', 'local.json'));
  if (local !== undefined) {
    const client = new DynamoDBClient({ endpoint: local.store.endpoint, region: local.store.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 2 });
    return { name: `local (${local.dashboard})`, store: createRunStore({ client, table: local.store.table }), maxRunners: numberOf(environment['MAX_RUNNERS']), simulated: local.mode === 'demo', dashboard: local.dashboard };
  }
  if (options.local) throw new CommandFailure(4, `no npm start runs here: ${join('.tinqs-ci', 'local.json')} is not there or its process is gone. Start it with: npm start`);
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || undefined;
  if (!options.aws && region === undefined && !environment['DDB_TABLE']) {
    throw new CommandFailure(4, 'nothing to read: no npm start runs in this folder, and neither AWS_REGION nor DDB_TABLE is set.\n  local: npm start, in another terminal\n  AWS:   set AWS_REGION (and AWS_PROFILE), or use --aws');
  }
  const table = environment['DDB_TABLE'] || 'tinqs-ci-runs';
  const client = new DynamoDBClient({ region: region ?? 'eu-west-1', maxAttempts: 2 });
  return { name: `AWS ${region ?? 'eu-west-1'} ${table}`, store: createRunStore({ client, table }), maxRunners: numberOf(environment['MAX_RUNNERS']), simulated: false, dashboard: null };
}

function readLocal(path: string): LocalFile | undefined {
  if (!existsSync(path)) return undefined;
  const file = JSON.parse(readFileSync(path, 'utf8')) as LocalFile;
  try {
    process.kill(file.pid, 0);
    return file;
  } catch (cause) {
    // A process of somebody else lives all the same.
    return (cause as NodeJS.ErrnoException).code === 'EPERM' ? file : undefined;
  }
}

function numberOf(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text === '' || !Number.isInteger(value) ? null : value;
}
