import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const workspaceRoot = fileURLToPath(new URL('..', import.meta.url));

/**
 * The vitest configuration every project shares: sources by the `@tinqs/source` condition, no build needed,
 * and a JSON report from which `npm test` adds up its totals.
 */
export function projectTests(root, test = {}) {
  return defineConfig({
    root,
    cacheDir: `${workspaceRoot}/node_modules/.vite/${relative(workspaceRoot, root)}`,
    resolve: { conditions: ['@tinqs/source'] },
    ssr: { resolve: { conditions: ['@tinqs/source'] } },
    test: {
      name: basename(root),
      environment: 'node',
      include: ['src/**/*.test.ts'],
      passWithNoTests: true,
      testTimeout: 30_000,
      hookTimeout: 60_000,
      reporters: ['default', 'json'],
      outputFile: { json: 'test-results/results.json' },
      ...test,
    },
  });
}
