import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up the reports that the projects' test targets leave in `test-results/` (vitest's JSON format; shell suites write the same three numbers). */
export function projectResults(workspaceRoot) {
  const total = { passed: 0, failed: 0, skipped: 0, skips: [] };
  for (const project of projectFolders(workspaceRoot)) {
    const folder = join(workspaceRoot, project, 'test-results');
    if (!existsSync(folder)) continue;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      total.passed += report.numPassedTests;
      // A suite that could not be loaded has no tests: it counts as one failure, not as none.
      total.failed += Math.max(report.numFailedTests, report.success === false && report.numFailedTests === 0 ? 1 : 0);
      total.skipped += report.numPendingTests ?? 0;
      for (const suite of report.testResults ?? []) {
        for (const test of suite.assertionResults ?? []) if (test.status === 'pending' || test.status === 'skipped') total.skips.push(`${project}: ${test.fullName}`);
      }
    }
  }
  return total;
}

/** Every folder that may hold a project, relative to the workspace. */
export function projectFolders(workspaceRoot) {
  const foldersIn = (group) => readdirSync(join(workspaceRoot, group), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => `${group}/${entry.name}`);
  return [...['apps', 'libs', 'tools'].flatMap(foldersIn), 'actions', 'images'];
}
