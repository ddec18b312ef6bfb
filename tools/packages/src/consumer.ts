import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const npm = (args: readonly string[], cwd: string) => exec('npm', [...args], { cwd, shell: process.platform === 'win32', env: { ...process.env, npm_config_fund: 'false', npm_config_audit: 'false', npm_config_update_notifier: 'false' } });

export interface Tarball {
  readonly name: string;
  readonly file: string;
  /** Paths inside the package. */
  readonly contents: readonly string[];
}

/** `npm pack` of every folder. */
export async function packAll(folders: Iterable<string>, target: string): Promise<readonly Tarball[]> {
  mkdirSync(target, { recursive: true });
  const { stdout } = await npm(['pack', '--json', '--pack-destination', target, ...folders], target);
  const packed = JSON.parse(stdout) as readonly { readonly name: string; readonly files: readonly { readonly path: string }[]; readonly filename: string }[];
  const written = readdirSync(target);
  return packed.map(({ name, files, filename }) => {
    const file = written.find((each) => each === filename.replace('@', '').replace('/', '-'));
    if (file === undefined) throw new Error(`npm pack wrote no ${filename}`);
    return { name, file: join(target, file), contents: files.map(({ path }) => path).sort() };
  });
}

/** By package, what `npm pack` would pack in these folders, of what is built there now. */
export async function listPacked(folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await npm(['pack', '--dry-run', '--ignore-scripts', '--json', ...folders], folders[0] ?? '.');
  const packed = JSON.parse(stdout) as readonly { readonly name: string; readonly files: readonly { readonly path: string }[] }[];
  return new Map(packed.map(({ name, files }) => [name, files.map(({ path }) => path)]));
}

const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED/;

/** An empty project with the packages installed. `false`: their dependencies cannot be had, since npm reaches no registry. */
export async function installIn(project: string, tarballs: readonly Tarball[]): Promise<boolean> {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true }));
  try {
    await npm(['install', '--prefer-offline', '--no-package-lock', '--ignore-scripts', ...tarballs.map(({ file }) => file)], project);
    return true;
  } catch (error) {
    if (UNREACHABLE.test(String((error as { readonly stderr?: string }).stderr))) return false;
    throw error;
  }
}
