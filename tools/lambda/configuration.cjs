'use strict';
const compileSource = require('./compile-source.cjs');

/** What the functions would say at their first start, said before: every problem of the environment, once. */
module.exports = function configurationProblems(parts, environment) {
  const { loadConfig } = compileSource('libs/installation/src/config.ts');
  const problems = parts.flatMap((part) => {
    try {
      loadConfig(part, environment);
      return [];
    } catch (error) {
      if (error.name !== 'ConfigError') throw error;
      return error.problems;
    }
  });
  return [...new Set(problems)];
};
