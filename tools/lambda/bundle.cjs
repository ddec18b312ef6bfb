'use strict';
// How the functions are bundled: one minified CommonJS file each, and a second file for what few events need.
const { readFile } = require('node:fs/promises');
const path = require('node:path');
const compileSource = require('./compile-source.cjs');

const workspaceRoot = path.join(__dirname, '../..');

/**
 * Inlines the constants used as computed keys in the SDK's generated schemas, so that esbuild can drop unused
 * operations: a computed key may have side effects. An exact rewrite; where a release of the SDK writes the file
 * differently it does nothing, and the test of bundle sizes says so.
 */
const shakeAwsSchemas = {
  name: 'shake-aws-schemas',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk[\\/].*[\\/]dist-es[\\/].*schemas_0\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      const names = new Map(Array.from(source.matchAll(/^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm), (match) => [match[1], match[2]]));
      return { loader: 'js', contents: source.replace(/\[(_\w+)\]:/g, (all, key) => (names.has(key) ? `${names.get(key)}:` : all)) };
    });
  },
};

/**
 * `import('./name.js')` stays an import, of the file that the entry `src/name.ts` is bundled to: bundled in, it would
 * be parsed at every start, and everything it shares with the rest could not be shaken any more.
 */
const secondFiles = {
  name: 'second-files',
  setup(build) {
    build.onResolve({ filter: /^\.\/.*\.js$/ }, ({ kind, path: file }) => (kind === 'dynamic-import' ? { path: `./${path.basename(file, '.js')}.cjs`, external: true } : undefined));
  },
};

/** `runners.yml` is read while bundling: what is wrong in it fails the build with its line, and no function carries a YAML parser to start. */
const runnerClasses = {
  name: 'runner-classes',
  setup(build) {
    build.onLoad({ filter: /[\\/]runners\.yml$/ }, async ({ path: file }) => {
      const { parseRunnerClasses } = compileSource('libs/installation/src/runner-classes.ts');
      try {
        const classes = parseRunnerClasses(await readFile(file, 'utf8'), path.relative(workspaceRoot, file).replaceAll('\\', '/'));
        return { loader: 'json', contents: JSON.stringify(classes), watchFiles: [file] };
      } catch (error) {
        if (error.name !== 'ConfigError') throw error;
        return { errors: error.problems.map((text) => ({ text })) };
      }
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
module.exports = {
  // `module` first and named among the conditions: setting conditions drops it, and `main` builds are twice the size.
  mainFields: ['module', 'main'],
  conditions: ['@tinqs/source', 'module'],
  legalComments: 'none',
  sourcesContent: false,
  outExtension: { '.js': '.cjs' },
  // Lambda always hands out credentials by environment.
  alias: { '@aws-sdk/credential-provider-node': path.join(workspaceRoot, 'libs/installation/src/env-credentials.ts') },
  plugins: [shakeAwsSchemas, secondFiles, runnerClasses],
};
