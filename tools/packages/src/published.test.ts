import { describe, expect, it } from 'vitest';
import { entryFiles, LIBRARIES, publishedManifest, readManifest, type Manifest } from './published.js';

const manifest: Manifest = {
  name: '@tinqs/x',
  version: '1.0.0',
  private: true,
  scripts: { prepack: 'tsc' },
  nx: { name: 'x' },
  exports: {
    './package.json': './package.json',
    '.': { '@tinqs/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './testing': { '@tinqs/source': './src/testing.ts' },
  },
  dependencies: { zod: '4.6.7' },
};

describe('publishedManifest', () => {
  it('keeps what another project needs, and nothing of the workspace', () => {
    expect(publishedManifest(manifest)).toEqual({
      name: '@tinqs/x',
      version: '1.0.0',
      exports: { './package.json': './package.json', '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      dependencies: { zod: '4.6.7' },
    });
  });

  it('names the files that must be in the package', () => {
    expect(entryFiles(publishedManifest({ ...manifest, bin: { x: './bin/x.mjs' } }))).toEqual(['dist/index.d.ts', 'dist/index.js', 'bin/x.mjs']);
  });
});

describe('what the libraries depend on', () => {
  it.each([
    { folder: 'libs/workflow-parser', dependencies: [], reason: 'it reads YAML itself' },
    { folder: 'libs/trigger-matcher', dependencies: ['@tinqs/workflow-parser'], reason: 'nothing but each other' },
    { folder: 'libs/userdata-renderer', dependencies: [], reason: 'bytes from values' },
  ])('$folder: $reason', ({ folder, dependencies }) => {
    expect(Object.keys(readManifest(folder).dependencies ?? {})).toEqual(dependencies);
  });

  it('is a published package or comes from a registry', () => {
    const published = LIBRARIES.map((folder) => readManifest(folder).name);
    const ours = LIBRARIES.flatMap((folder) => Object.keys(readManifest(folder).dependencies ?? {})).filter((name) => name.startsWith('@tinqs/'));

    expect(published).toEqual(expect.arrayContaining(ours));
  });
});
