'use strict';
// `npm start`: makes one file of our TypeScript, in about a second, and runs it. A loader that compiles each module as it
// is imported does so in a thread of its own, which took 60 MiB for as long as the process lived.

// libuv reads this before its first use, so it is set before any module is imported. Each of its threads has a heap of
// malloc's own, and one is enough for a small table.
process.env.UV_THREADPOOL_SIZE ??= '1';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { existsSync } = require('node:fs');
const { mkdir, readFile, rename, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { build, stop } = require('esbuild');

const workspaceRoot = path.join(__dirname, '../..');
const bundle = path.join(__dirname, 'dist/main.mjs');

/** Ours is bundled. Of the rest only what a project has at a version of its own, in its own node_modules: from the bundle's folder Node would find the root's. */
const installedStaysOutside = {
  name: 'installed-stays-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path: name, importer, kind }) => {
      if (kind === 'entry-point' || name.startsWith('@tinqs/') || importer.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
      const project = path.relative(workspaceRoot, importer).split(path.sep).slice(0, 2).join(path.sep);
      const packageName = name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');
      return existsSync(path.join(workspaceRoot, project, 'node_modules', packageName)) ? undefined : { path: name, external: true };
    });
  },
};

/** A module that looks for files beside it finds them: its own address is written into it. */
const modulesKeepTheirAddress = {
  name: 'modules-keep-their-address',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => ({ loader: 'ts', contents: (await readFile(file, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)) }));
  },
};

async function start() {
  const { outputFiles } = await build({
    entryPoints: [path.join(__dirname, 'src/main.ts')],
    outfile: bundle,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tinqs/source'],
    plugins: [installedStaysOutside, modulesKeepTheirAddress],
    logLevel: 'error',
  });
  await stop();
  await mkdir(path.dirname(bundle), { recursive: true });
  // Two may start at once: the file is replaced whole.
  const mine = `${bundle}.${process.pid}`;
  await writeFile(mine, outputFiles[0].contents);
  await rename(mine, bundle);
  await import(pathToFileURL(bundle).href);
}

start().catch((cause) => {
  process.stderr.write(`tinqs-ci could not start: ${cause.stack ?? cause}\n`);
  process.exit(1);
});
