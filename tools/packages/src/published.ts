import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The folders of what is published, a package after those it depends on. */
export const LIBRARIES = ['workflow-parser', 'trigger-matcher', 'userdata-renderer', 'gitea-client', 'spot-launcher', 'fleet', 'run-store'].map((name) => `libs/${name}`);
export const CLI = 'apps/cli';
export const PUBLISHED = [...LIBRARIES, CLI];

type Target = string | { readonly [condition: string]: string };

/** What is used of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: { readonly [subpath: string]: Target };
  readonly bin?: { readonly [name: string]: string };
  readonly dependencies?: { readonly [name: string]: string };
  readonly [field: string]: unknown;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(workspaceRoot, folder, 'package.json'), 'utf8')) as Manifest;
}

const SOURCE = '@tinqs/source';
const OF_THE_WORKSPACE = new Set(['nx', 'scripts', 'private', 'devDependencies', 'files']);

/**
 * A manifest as it is published: without what only the workspace reads. The condition `@tinqs/source` goes, and with
 * it an entry that has nothing else (it exists for tests here), since the sources are not in the package.
 */
export function publishedManifest(manifest: Manifest): Manifest {
  const kept = Object.fromEntries(Object.entries(manifest).filter(([field]) => !OF_THE_WORKSPACE.has(field))) as Manifest;
  if (kept.exports === undefined) return kept;
  const entries = Object.entries(kept.exports).flatMap(([subpath, target]): readonly (readonly [string, Target])[] => {
    if (typeof target === 'string') return [[subpath, target]];
    const conditions = Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== SOURCE));
    return Object.keys(conditions).length === 0 ? [] : [[subpath, conditions]];
  });
  return { ...kept, exports: Object.fromEntries(entries) };
}

/** The files that a published manifest names, relative to the package. */
export function entryFiles({ exports = {}, bin = {} }: Manifest): readonly string[] {
  const targets = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
  return [...new Set([...targets, ...Object.values(bin)])].filter((file) => file !== './package.json').map((file) => file.replace(/^\.\//, ''));
}

/** Where the version of a package that the workspace itself installs is written down. */
export function installedVersion(name: string): string {
  const file = join(workspaceRoot, 'node_modules', name, 'package.json');
  if (!existsSync(file)) throw new Error(`${name} is not installed: npm ci`);
  return (JSON.parse(readFileSync(file, 'utf8')) as Manifest).version;
}
