'use strict';
const path = require('node:path');
const esbuild = require('esbuild');

/** Runs a source file of the workspace where only plain Node is: inside esbuild's and osls's plugins. */
module.exports = function compileSource(file) {
  const entry = path.join(__dirname, '../..', file);
  const { outputFiles } = esbuild.buildSync({ entryPoints: [entry], bundle: true, write: false, platform: 'node', format: 'cjs', conditions: ['@tinqs/source', 'module'] });
  const compiled = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0].text)(compiled, compiled.exports, require);
  return compiled.exports;
};
