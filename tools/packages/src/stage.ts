import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleCli } from './bundle-cli.js';
import { CLI, entryFiles, publishedManifest, PUBLISHED, readManifest, workspaceRoot, type Manifest } from './published.js';
import { reachableFiles } from './reachable.js';

/** Lays out every package as it is published, in a folder of its own below `target`; their folders are the answer. */
export async function stagePackages(target: string): Promise<ReadonlyMap<string, string>> {
  const staged = new Map<string, string>();
  for (const folder of PUBLISHED) {
    const to = join(target, folder.split('/').at(-1)!);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to, { recursive: true });
    const manifest = folder === CLI ? await stageCli(to) : stageLibrary(folder, to);
    const repository = { ...(readManifest('.')['repository'] as object), directory: folder };
    writeFileSync(join(to, 'package.json'), `${JSON.stringify({ ...manifest, repository }, null, 2)}\n`);
    copyFileSync(join(workspaceRoot, folder, 'README.md'), join(to, 'README.md'));
    staged.set(manifest.name, to);
  }
  return staged;
}

function stageLibrary(folder: string, to: string): Manifest {
  const from = join(workspaceRoot, folder);
  const manifest = publishedManifest(readManifest(folder));
  for (const file of reachableFiles(from, entryFiles(manifest))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), withoutMap(readFileSync(join(from, file), 'utf8')));
  }
  return { ...manifest, files: ['dist'] };
}

/** A map leads to sources that are not in the package; the code reads as its source does. */
const withoutMap = (text: string): string => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');

/** The libraries that are not published are bundled in, with all others, and its dependencies are what it imports. */
async function stageCli(to: string): Promise<Manifest> {
  const { bin = {}, ...manifest } = readManifest(CLI);
  const dependencies = await bundleCli(join(workspaceRoot, CLI), join(to, 'dist'));
  for (const file of Object.values(bin)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(workspaceRoot, CLI, file), join(to, file));
  }
  return { ...publishedManifest({ ...manifest, dependencies } as Manifest), bin, files: ['bin', 'dist'] };
}
