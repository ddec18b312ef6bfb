// npm test: everything a change must pass. Ends with one line, "N passed, N failed", with the true totals.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { projectFolders, projectResults } from './results.mjs';

const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url));
const nx = fileURLToPath(new URL('../../node_modules/nx/dist/bin/nx.js', import.meta.url));

function run(...args) {
  const { status } = spawnSync(process.execPath, [nx, ...args], { cwd: workspaceRoot, stdio: 'inherit', env: { ...process.env, NX_TUI: 'false', NX_DAEMON: 'false' } });
  return status === 0;
}

// Reports of an earlier run must not count; Nx restores those of cached suites.
for (const folder of projectFolders(workspaceRoot)) rmSync(`${workspaceRoot}/${folder}/test-results`, { recursive: true, force: true });

const targets = [['sync:check'], ['run-many', '-t', 'lint', 'typecheck', 'build', '--outputStyle=static', '--nxBail=false'], ['run-many', '-t', 'test', 'package', '--outputStyle=static', '--nxBail=false']];
const steps = targets.map((args) => ({ name: `nx ${args.join(' ')}`, passed: run(...args) }));
const { passed, failed, skipped, skips } = projectResults(workspaceRoot);

for (const skip of skips) console.log(`SKIPPED  ${skip}`);
for (const step of steps.filter((each) => !each.passed)) console.log(`FAILED   ${step.name}`);
// Lint, types and builds have no tests to count: each of the three steps counts as one.
const brokenSteps = steps.filter((step) => !step.passed).length;
const red = failed + brokenSteps;
console.log(`${passed + steps.length - brokenSteps} passed, ${red} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = red === 0 ? 0 : 1;
