import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listPacked, packAll } from './consumer.js';
import { entryFiles, LIBRARIES, PUBLISHED, readManifest, workspaceRoot, type Manifest } from './published.js';
import { reachableFiles } from './reachable.js';
import { stagePackages } from './stage.js';

const folder = mkdtempSync(join(tmpdir(), 'stage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const staged = await stagePackages(join(folder, 'staged'));
const tarballs = await packAll(staged.values(), join(folder, 'packed'));
const textOf = (name: string, path: string): string => readFileSync(join(staged.get(name)!, path), 'utf8');
const IMPORTED = /^(?:import|export)\b[^'"]*?(?:\bfrom\s+|^import\s+)['"]([^'".][^'"]*)['"]/gm;

it('every published package is staged', () => {
  expect(tarballs.map(({ name }) => name).sort()).toEqual(PUBLISHED.map((each) => readManifest(each).name).sort());
});

describe.each(tarballs)('$name', ({ name, contents }) => {
  const manifest = JSON.parse(textOf(name, 'package.json')) as Manifest;

  it('holds what is built, its README and its manifest, and nothing else', () => {
    expect(contents.filter((path) => !/^(dist\/[\w./-]+\.(js|d\.ts)|README\.md|package\.json|bin\/tinqs-ci\.mjs)$/.test(path))).toEqual([]);
    expect(contents).toEqual(expect.arrayContaining(['README.md', 'package.json', ...entryFiles(manifest)]));
  });

  it('holds nothing that is there for tests', () => {
    expect(contents.filter((path) => /\.(test|contract)\.|\/fake-|moto/.test(path))).toEqual([]);
  });

  it('names no condition of the workspace, no map, and says what it is and where it comes from', () => {
    expect(textOf(name, 'package.json')).not.toContain('@tinqs/source');
    expect(contents.filter((path) => textOf(name, path).includes('sourceMappingURL'))).toEqual([]);
    expect(manifest).toMatchObject({ repository: { directory: PUBLISHED.find((each) => readManifest(each).name === name) }, engines: { node: '>=20.19.0' }, description: expect.stringMatching(/\w{3}/), keywords: expect.arrayContaining([expect.any(String)]) });
    expect(manifest.private).toBeUndefined();
  });

  it('depends on exactly what it imports', () => {
    const imported = contents.filter((path) => path.startsWith('dist/')).flatMap((path) => Array.from(textOf(name, path).matchAll(IMPORTED), ([, specifier = '']) => specifier));
    const packages = imported.filter((specifier) => !builtinModules.includes(specifier.replace(/^node:/, ''))).map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));

    expect([...new Set(packages)].sort()).toEqual(Object.keys(manifest.dependencies ?? {}).sort());
  });
});

describe('npm pack in the folder of a library', async () => {
  const packed = await listPacked(LIBRARIES.map((library) => join(workspaceRoot, library)));

  it.each(LIBRARIES)('holds the same, and beyond it declarations only: %s', (library) => {
    const { name } = readManifest(library);
    const staged = tarballs.find((each) => each.name === name)?.contents ?? [];
    const held = packed.get(name) ?? [];
    const textIn = (path: string): string => readFileSync(join(workspaceRoot, library, path), 'utf8');
    // What is left in dist of a source that is gone is not theirs, and a module of types has no code.
    const isCode = (path: string) => path.endsWith('.js') && existsSync(join(workspaceRoot, library, path.replace(/^dist(.*)js$/, 'src$1ts'))) && !/^export \{\};$/m.test(textIn(path));

    expect(held).toEqual(expect.arrayContaining([...staged]));
    expect(held.filter((path) => !staged.includes(path)).filter(isCode)).toEqual([]);
  });
});

describe('reachableFiles', () => {
  const write = (files: Readonly<Record<string, string>>): string => {
    const root = mkdtempSync(join(folder, 'reach-'));
    mkdirSync(join(root, 'dist/deep'), { recursive: true });
    for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
    return root;
  };

  it('follows imports of code and of types, each among its own, in a circle too', () => {
    const root = write({
      'dist/index.js': "export { a } from './deep/a.js';\nimport 'zod';",
      'dist/deep/a.js': "import '../index.js';",
      'dist/index.d.ts': "export declare const a: import('./deep/b.js').B;",
      'dist/deep/b.d.ts': '',
      'dist/left.js': '',
    });

    expect(reachableFiles(root, ['dist/index.js', 'dist/index.d.ts'])).toEqual(['dist/deep/a.js', 'dist/deep/b.d.ts', 'dist/index.d.ts', 'dist/index.js']);
  });

  it('says what to do where a file was not built', () => {
    expect(() => reachableFiles(write({}), ['dist/index.js'])).toThrow('dist/index.js does not exist: npx nx run-many -t build');
  });
});
