'use strict';
const { readFile } = require('node:fs/promises');
const path = require('node:path');

/** Inlines the constants used as computed keys in the SDK's generated schemas, so that esbuild can drop unused operations: a computed key may have side effects. */
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

/** @type {import('esbuild').BuildOptions} */
module.exports = {
  // `module` first and named among the conditions: setting conditions drops it, and `main` builds are twice the size.
  mainFields: ['module', 'main'],
  conditions: ['@tinqs/source', 'module'],
  legalComments: 'none',
  sourcesContent: false,
  // Lambda always hands out credentials by environment.
  alias: { '@aws-sdk/credential-provider-node': path.join(__dirname, 'src/env-credentials.ts') },
  plugins: [shakeAwsSchemas],
};
