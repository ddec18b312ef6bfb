// A package from the registry that npm is configured for: by its .npmrc, its variables, its proxies.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Fetches `npm:<name>@<version>` into a folder, past npm's cache. Answers the file, and the sum that the registry lists for it. */
export async function fetchPackage(url, folder, environment) {
  const spec = url.replace(/^npm:/, '');
  const env = { ...environment, npm_config_cache: join(folder, 'cache') };
  const [, base64] = /"sha512-([^"]+)"/.exec(await npm(['view', spec, 'dist.integrity', '--json'], env)) ?? [];
  if (base64 === undefined) throw new Error(`the registry lists no sha512 of ${spec}`);
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  await npm(['pack', spec, `--pack-destination=${packed}`], env);
  return { file: join(packed, readdirSync(packed)[0]), algorithm: 'sha512', sum: Buffer.from(base64, 'base64').toString('hex'), list: 'in the registry' };
}

/** On Windows npm is a batch file. */
const npm = async (args, env) => (await promisify(execFile)('npm', [...args, '--loglevel=error'], { env, shell: process.platform === 'win32' })).stdout;
