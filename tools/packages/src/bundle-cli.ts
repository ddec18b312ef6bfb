import { join } from 'node:path';
import { build } from 'esbuild';
import { installedVersion } from './published.js';

/** Writes the command as `main.js`, all of ours in it, and what is loaded late as chunks beside it. The answer: the packages it imports, as `dependencies`. */
export async function bundleCli(folder: string, outdir: string): Promise<Readonly<Record<string, string>>> {
  const { metafile } = await build({
    entryPoints: [join(folder, 'src/main.ts')],
    outdir,
    bundle: true,
    // Else the SDK of EC2, which one command needs, would be loaded by all.
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@tinqs/source', 'module'],
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
    plugins: [{ name: 'external-packages', setup: ({ onResolve }) => onResolve({ filter: /^[^./]/ }, ({ path, kind }) => (kind === 'entry-point' || path.startsWith('@tinqs/') ? undefined : { path, external: true })) }],
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external).map(({ path }) => path));
  const packages = imported.filter((path) => !path.startsWith('node:')).map((path) => path.split('/', path.startsWith('@') ? 2 : 1).join('/'));
  return Object.fromEntries([...new Set(packages)].sort().map((name) => [name, installedVersion(name)]));
}
