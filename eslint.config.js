import nx from '@nx/eslint-plugin';
import jsoncParser from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

const core = ['workflow-parser', 'trigger-matcher', 'userdata-renderer', 'fleet'].map((name) => `libs/${name}/src/**/*.ts`);
const tests = ['**/*.test.ts', '**/*.contract.ts', '**/vitest.config.ts'];

/** Who may import whom: the table of README.md, section "Folder map". */
const boundaries = [
  { sourceTag: 'type:core', onlyDependOnLibsWithTags: ['type:core'], bannedExternalImports: ['@aws-sdk/*', 'zod', 'hono'] },
  { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:core'] },
  { sourceTag: 'type:wiring', onlyDependOnLibsWithTags: ['type:core', 'type:adapter'] },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:wiring'] },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:core', 'type:testing'] },
  { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:wiring', 'type:app', 'type:testing', 'type:tool'] },
  { sourceTag: 'type:composition', onlyDependOnLibsWithTags: ['type:core', 'type:adapter', 'type:wiring', 'type:app', 'type:testing', 'type:composition'] },
];

/** Core takes values: no built-ins, clock, randomness, environment or network. */
const purity = {
  'no-restricted-imports': ['error', { patterns: [{ group: ['node:*', 'fs', 'path', 'crypto', 'os', 'http', 'https', 'net', 'child_process', 'zlib', 'util', 'events', 'stream', 'timers'], message: 'Core is pure: take the value as an argument.' }] }],
  'no-restricted-globals': ['error', ...['process', 'fetch', 'crypto', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Buffer', 'require', 'globalThis', 'console', 'XMLHttpRequest', 'WebSocket'].map((name) => ({ name, message: 'Core is pure: take the value as an argument.' }))],
  'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Core is pure: take now as an argument.' }, { object: 'Math', property: 'random', message: 'Core is pure: take the number as an argument.' }],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Core is pure: take now as an argument.' },
    { selector: "CallExpression[callee.name='Date']", message: 'Core is pure: take now as an argument.' },
    { selector: 'ImportExpression', message: 'Core is pure: import statically.' },
  ],
};

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/test-results', '**/.serverless', '**/node_modules', '.nx', '**/*.generated.ts'] },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, banTransitiveDependencies: false, depConstraints: boundaries }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  // Test configuration is shared by path: it belongs to no package.
  { files: ['**/vitest.config.ts'], rules: { '@nx/enforce-module-boundaries': 'off' } },
  { files: core, ignores: tests, rules: purity },
  {
    files: ['libs/*/package.json', 'apps/*/package.json', 'tools/*/package.json'],
    // All of e2e is tests, which the rule does not read.
    ignores: ['apps/e2e/package.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsoncParser },
    rules: {
      '@nx/dependency-checks': [
        'error',
        { ignoredFiles: ['{projectRoot}/vitest.config.ts', '{projectRoot}/*.config.cjs', '{projectRoot}/**/*.test.ts', '{projectRoot}/**/*.contract.ts'], checkVersionMismatches: true, ignoredDependencies: ['tsx', '@types/aws-lambda', '@tinqs/installation'] },
      ],
    },
  },
);
